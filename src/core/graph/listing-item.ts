import { streamKey } from '../model/image-stream.js';
import type { ImageStream } from '../model/table/snapshot.js';
import type { Verdict } from './item-rules.js';
import type { Reason } from './reason.js';

/** Returns the first kept tag item of a stream that lists an image. @param digest its digest number */
export function listingItem(
  stream: ImageStream,
  digest: number,
  verdictOf: (tag: number, position: number) => Verdict,
): Reason {
  for (const [tag, { name, items }] of stream.tags.entries()) {
    const position = items.findIndex((item, at) => item.image === digest && verdictOf(tag, at).kept);
    if (position !== -1) return { rule: 'tag-item', stream: streamKey(stream), tag: name, position, of: items.length };
  }
  return { rule: 'tag-item', stream: streamKey(stream), tag: '', position: 0, of: 0 };
}
