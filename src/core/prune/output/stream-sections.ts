import { describeReason } from '../../graph/reason.js';
import { streamKey } from '../../model/image-stream.js';
import type { PlannedStream } from '../plan/plan.js';
import type { ImagePruneReport } from '../report.js';
import { compareText, itemOrder } from './order.js';
import { inWords, reasonOf, type Section } from './section.js';
import { isDone, Notes, tell } from './status.js';

/** Image streams, a row for each tag that loses items. */
export function streamSection(report: ImagePruneReport, limit: number): Section {
  const { plan, outcome, dryRun } = report;
  const total = plan.streams.reduce(
    (sum, planned) => sum + Math.max(1, new Set(planned.items.map(({ tag }) => tag)).size),
    0,
  );
  const status = (at: number): string => inWords(tell(outcome.streams[at]!.status, dryRun, 'update', () => ''));
  function* rows(): Generator<string[]> {
    for (const [at, planned] of plan.streams.entries()) {
      const { namespace, name } = planned.stream;
      for (const { tag, removed, kept } of tagCounts(planned, outcome.streams[at]!.items, dryRun)) {
        yield [namespace, name, tag, String(removed), String(kept), ...(dryRun ? [] : [status(at)])];
      }
    }
  }
  return {
    title: dryRun ? 'Image streams to update' : 'Image streams',
    total,
    rows: () => firstOf(rows(), limit),
    columns: [
      { title: 'NAMESPACE', flexible: true },
      { title: 'NAME', flexible: true },
      { title: 'TAG', flexible: true },
      { title: dryRun ? 'REMOVE' : 'REMOVED', align: 'right' },
      { title: dryRun ? 'KEEP' : 'KEPT', align: 'right' },
      ...(dryRun ? [] : [{ title: 'STATUS' }]),
    ],
  };
}

/** Every tag that loses items; one row without a tag for a stream that only loses links of an earlier run. */
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

/** Tag items with their reasons: only `-o wide` has them. */
export function itemSection(report: ImagePruneReport): Section {
  const { plan, outcome, dryRun } = report;
  const notes = new Notes(report);
  function* rows(): Generator<string[]> {
    for (const [at, planned] of plan.streams.entries()) {
      const key = streamKey(planned.stream);
      for (const item of itemOrder(planned)) {
        const { tag, position, image, because } = planned.items[item]!;
        const told = tell(outcome.streams[at]!.items[item]!, dryRun, 'delete', () => notes.item(at, image));
        yield [
          `${key}:${tag}`,
          String(position),
          plan.snapshot.digests.text(image),
          inWords(told),
          reasonOf(told, describeReason(because)),
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
      { title: 'STATUS' },
      { title: 'REASON' },
    ],
  };
}

function* firstOf<T>(values: Iterable<T>, limit: number): Generator<T> {
  let left = limit;
  for (const value of values) {
    if (left-- <= 0) return;
    yield value;
  }
}
