import { describeReason } from '../../graph/reason.js';
import { streamKey } from '../../model/image-stream.js';
import type { ImagePrunePlan } from '../plan/plan.js';

/** Lists everything that is kept and why, one line each, for `-v 4`. */
export function* keptLines({ snapshot, decisions }: ImagePrunePlan): Generator<string> {
  const { images, streams, digests } = snapshot;
  for (const [index, stream] of streams.entries()) {
    for (const [tagIndex, { name, items }] of stream.tags.entries()) {
      for (const [position, { image }] of items.entries()) {
        const { kept, because } = decisions.item(index, tagIndex, position);
        if (!kept) continue;
        yield `keeping ${streamKey(stream)}:${name} item ${position} (${digests.text(image)}): ${describeReason(decisions.explain(because))}\n`;
      }
    }
  }
  for (let image = 0; image < images.count; image++) {
    if (decisions.imageKept(image))
      yield `keeping image ${images.nameText(image)}: ${describeReason(decisions.image(image).because)}\n`;
  }
}
