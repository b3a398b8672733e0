import { describeReason } from '../../graph/reason.js';
import { streamKey } from '../../model/image-stream.js';
import type { EntryStatus } from '../../model/document.js';
import type { ImagePrunePlan, PlannedStream } from '../plan/plan.js';
import type { ExpiredTag } from '../plan/types.js';
import type { ImagePruneReport } from '../report.js';
import type { Section } from './section.js';
import { deletionStatus } from './status.js';
import { take } from './stream-sections.js';

/** Builds the table of tags that expire. Why one stays is among what was skipped. */
export function expiredSection(report: ImagePruneReport, limit: number): Section {
  const { plan, dryRun } = report;
  function* rows(): Generator<string[]> {
    for (const [at, { stream }] of plan.streams.entries())
      for (const { tag, rule, entry } of expiredEntries(report, at))
        yield [`${streamKey(stream)}:${tag}`, rule, entry.status];
  }
  return {
    title: dryRun ? 'Tags that expire' : 'Expired tags',
    total: plan.streams.reduce((sum, { expired }) => sum + expired.length, 0),
    rows: () => take(limit, rows()),
    columns: [{ title: 'TAG' }, { title: 'RULE' }, { title: 'STATUS' }],
  };
}

/** Yields the tags of a planned stream that expire, with what happened to each. */
export function* expiredEntries(
  { plan, outcome, dryRun }: ImagePruneReport,
  stream: number,
): Generator<ExpiredTag & { code: number; entry: EntryStatus }> {
  const planned = plan.streams[stream]!;
  const { expired, expiredNotes, note } = outcome.streams[stream]!;
  for (const [at, tag] of planned.expired.entries()) {
    const noteOf = (): string | undefined =>
      tag.whole ? (expiredNotes.get(at) ?? note) : whyNotWhole(plan, planned, tag.tag);
    const code = expired[at]!;
    yield { ...tag, code, entry: deletionStatus(code, dryRun, noteOf) };
  }
}

/** Returns why a tag that expires stays: the first of its items that is kept, with its reason. */
function whyNotWhole({ snapshot, decisions }: ImagePrunePlan, { stream }: PlannedStream, tag: string): string {
  const index = snapshot.streams.indexOf(stream);
  const at = stream.tags.findIndex(({ name }) => name === tag);
  const items = stream.tags[at]?.items ?? [];
  for (const position of items.keys()) {
    const { kept, because } = decisions.item(index, at, position);
    if (kept) return `its item ${position} is kept: ${describeReason(decisions.explain(because))}`;
  }
  return 'some of its items are kept';
}
