import { describeReason } from '../../graph/reason.js';
import { compareText } from '../../model/values/compare-text.js';
import { streamKey } from '../../model/image-stream.js';
import { largestFirst } from '../../kit/largest-first.js';
import { thousands } from '../../terminal/text.js';
import type { PlannedStream } from '../plan/plan.js';
import type { ImagePruneReport } from '../report.js';
import { isDone } from '../summary.js';
import { itemOrder } from './order.js';
import { LAST_PULL, lastPull, reasonText, type Section } from './section.js';
import { deletionStatus, Notes, updateStatus } from './status.js';

/** Builds the table of image streams: a row for each tag that loses items, those that lose most first. */
export function streamSection(report: ImagePruneReport, limit: number): Section {
  const { plan, outcome, dryRun } = report;
  const tags: { at: number; tag: string; removed: number; kept: number }[] = [];
  for (const [at, planned] of plan.streams.entries())
    for (const counts of tagCounts(planned, outcome.streams[at]!.items, dryRun)) tags.push({ at, ...counts });
  const order = largestFirst(
    tags.map(({ removed }) => removed),
    limit,
  );
  const statusOf = (at: number): string => updateStatus(outcome.streams[at]!.status, dryRun, () => '').status;
  const rows = function* (): Generator<string[]> {
    for (const { at, tag, removed, kept } of order.map((position) => tags[position]!)) {
      const { namespace, name } = plan.streams[at]!.stream;
      yield [namespace, name, tag, thousands(removed), thousands(kept), ...(dryRun ? [] : [statusOf(at)])];
    }
  };
  return {
    title: dryRun ? 'Image streams to update' : 'Image streams',
    total: tags.length,
    rows,
    columns: [
      { title: 'NAMESPACE' },
      { title: 'NAME' },
      { title: 'TAG' },
      { title: dryRun ? 'REMOVE' : 'REMOVED', align: 'right' },
      { title: dryRun ? 'KEEP' : 'KEPT', align: 'right' },
      ...(dryRun ? [] : [{ title: 'STATUS' }]),
    ],
  };
}

/**
 * Counts the removed items of every tag; for a stream that only loses links of an earlier run, yields one row without a
 * tag.
 */
function* tagCounts(
  { stream, items, kept }: PlannedStream,
  codes: Uint8Array,
  dryRun: boolean,
): Generator<{ tag: string; removed: number; kept: number }> {
  if (items.length === 0) return yield { tag: '-', removed: 0, kept };
  const removed = new Map<string, number>();
  items.forEach(({ tag }, at) => removed.set(tag, (removed.get(tag) ?? 0) + (isDone(codes[at]!, dryRun) ? 1 : 0)));
  const sizes = new Map(stream.tags.map(({ name, items: all }) => [name, all.length]));
  for (const tag of [...removed.keys()].sort(compareText)) {
    yield { tag, removed: removed.get(tag)!, kept: sizes.get(tag)! - removed.get(tag)! };
  }
}

/** Builds the table of tag items with their reasons, which only `-o wide` shows. @param now ms since the epoch */
export function itemSection(report: ImagePruneReport, now: number): Section {
  const { plan, outcome, dryRun } = report;
  const notes = new Notes(report);
  const { pulls } = plan.decisions;
  function* rows(): Generator<string[]> {
    for (const [at, planned] of plan.streams.entries()) {
      const key = streamKey(planned.stream);
      const tagNumbers = new Map(planned.stream.tags.map(({ name }, number) => [name, number]));
      for (const item of itemOrder(planned)) {
        const { tag, position, image, because } = planned.items[item]!;
        const code = outcome.streams[at]!.items[item]!;
        const entry = deletionStatus(code, dryRun, () => notes.item(at, image));
        yield [
          `${key}:${tag}`,
          String(position),
          plan.snapshot.digests.text(image),
          ...(pulls ? [lastPull(pulls.times.item(planned.stream, tagNumbers.get(tag)!, position), now)] : []),
          entry.status,
          reasonText(entry, describeReason(because)),
        ];
      }
    }
  }
  return {
    title: dryRun ? 'Tag items to remove' : 'Tag items',
    total: plan.streams.reduce((sum, { items }) => sum + items.length, 0),
    rows,
    columns: [
      { title: 'TAG' },
      { title: 'POSITION', align: 'right' },
      { title: 'IMAGE' },
      ...(pulls ? [LAST_PULL] : []),
      { title: 'STATUS' },
      { title: 'REASON', wraps: true },
    ],
  };
}

/** Yields at most `limit` values. */
export function* take<Value>(limit: number, values: Iterable<Value>): Generator<Value> {
  let remaining = limit;
  for (const value of values) {
    if (remaining-- <= 0) return;
    yield value;
  }
}
