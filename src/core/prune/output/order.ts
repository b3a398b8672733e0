import type { ImagePrunePlan, PlannedStream } from '../plan/plan.js';
import { streamKey } from '../../model/image-stream.js';

/** Positions in `items`, by tag and position: the API lists tags in any order. */
export function itemOrder({ items }: PlannedStream): number[] {
  const order = items.map((_item, at) => at);
  return order.sort((a, b) => compareText(items[a]!.tag, items[b]!.tag) || items[a]!.position - items[b]!.position);
}

/** Positions in `streams`, by repository (`a-b/x` before `a/x`, other than by namespace and name). */
export function repositoryOrder({ streams }: ImagePrunePlan): number[] {
  const order = streams.map((_stream, at) => at);
  return order.sort((a, b) => compareText(streamKey(streams[a]!.stream), streamKey(streams[b]!.stream)));
}

/** Order of code units, the same everywhere. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
