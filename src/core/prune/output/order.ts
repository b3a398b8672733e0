import { compareText } from '../../model/values/compare-text.js';
import { streamKey } from '../../model/image-stream.js';
import type { ImagePrunePlan, PlannedStream } from '../plan/plan.js';

/** Returns the positions of a stream's items, ordered by tag and position: the API lists tags in any order. */
export function itemOrder({ items }: PlannedStream): number[] {
  return [...items.keys()].sort(
    (a, b) => compareText(items[a]!.tag, items[b]!.tag) || items[a]!.position - items[b]!.position,
  );
}

/** Returns the positions of the streams, ordered by repository: `a-b/x` comes before `a/x`, unlike in the plan. */
export function repositoryOrder({ streams }: ImagePrunePlan): number[] {
  return [...streams.keys()].sort((a, b) => compareText(streamKey(streams[a]!.stream), streamKey(streams[b]!.stream)));
}
