import { describeReason } from '../../graph/reason.js';
import { streamKey } from '../../model/image-stream.js';
import type { ImagePrunePlan } from '../plan/plan.js';

/** A line for everything that stays, and why: what `-v 4` prints. */
export function* keptLines({ snapshot, decisions }: ImagePrunePlan): Generator<string> {
  for (const [index, stream] of snapshot.streams.entries()) {
    for (const [tagIndex, { name, items }] of stream.tags.entries()) {
      for (const [position, { image }] of items.entries()) {
        const { kept, because } = decisions.item(index, tagIndex, position);
        if (!kept) continue;
        yield `keeping ${streamKey(stream)}:${name} item ${position} (${snapshot.digests.text(image)}): ${describeReason(because)}\n`;
      }
    }
  }
  const { images } = snapshot;
  for (let image = 0; image < images.count; image++) {
    if (decisions.imageKept(image))
      yield `keeping image ${images.nameText(image)}: ${describeReason(decisions.image(image).because)}\n`;
  }
}
