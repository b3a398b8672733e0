import { RegadmError } from '../../model/errors.js';
import { compareText } from '../../model/values/compare-text.js';
import { plural } from '../../terminal/text.js';
import type { Verification, VerificationSummary } from '../../verification/plan/types.js';
import { mergeBroken } from './merge-broken.js';
import type { VerifyReport } from '../report.js';
import { describeShard, type MergedShards, type ShardDocument } from './types.js';

/**
 * Merges the documents of shards. Each of them has checked the structure of all images, so its counts are those of the
 * newest document, and only the bytes that were read are added. What any document calls broken is broken.
 * @param documents at least one
 * @param whyMissing why a shard has no document, for its entry in `unchecked`
 * @throws RegadmError INVALID_FILE if they do not belong together, or if a shard occurs twice
 */
export function mergeShards(documents: readonly ShardDocument[], whyMissing: string): VerifyReport {
  assertTogether(documents);
  const sorted = [...documents].sort((a, b) => a.shard.index - b.shard.index);
  const shards = shardsIn(sorted);
  const { only, cluster } = sorted.find((each) => each.cluster !== undefined) ?? sorted[0]!;
  return {
    startedAt: sorted.map(({ startedAt }) => startedAt).sort(compareText)[0]!,
    finishedAt: sorted
      .map(({ finishedAt }) => finishedAt)
      .sort(compareText)
      .at(-1)!,
    cluster,
    options: only ? { only: [...only] } : {},
    verification: mergeVerifications(sorted, shards, whyMissing),
    links: [],
    lostImages: [],
    warnings: [
      ...clusterWarnings(sorted),
      ...truncationWarnings(shards),
      ...new Set(sorted.flatMap(({ warnings }) => warnings)),
    ],
    shards,
  };
}

function shardsIn(documents: readonly ShardDocument[]): MergedShards {
  const { of } = documents[0]!.shard;
  const present = new Set(documents.map(({ shard }) => shard.index));
  return {
    of,
    missing: Array.from({ length: of }, (_, index) => index).filter((index) => !present.has(index)),
    truncated: documents.filter(({ truncated }) => truncated).map(({ shard }) => shard.index),
  };
}

function clusterWarnings(documents: readonly ShardDocument[]): string[] {
  const [first, ...others] = documents.filter(({ cluster }) => cluster === undefined);
  if (!first) return [];
  const which = others.length === 0 ? first.source : `${first.source} and ${plural(others.length, 'other document')}`;
  return [
    `the cluster of ${which} cannot be compared: the UID of the namespace kube-system is absent, as when the user may not read it`,
  ];
}

function truncationWarnings({ of, truncated }: MergedShards): string[] {
  return truncated.map(
    (index) => `the document of ${describeShard({ index, of })} is not complete: only its first entries were stored`,
  );
}

function mergeVerifications(
  documents: readonly ShardDocument[],
  { of, missing }: MergedShards,
  whyMissing: string,
): Verification {
  const all = documents.map(({ verification }) => verification);
  const newest = documents.reduce((a, b) => (compareText(b.startedAt, a.startedAt) > 0 ? b : a));
  const broken = mergeBroken(all);
  const absent = missing.map((index) => ({ target: describeShard({ index, of }), message: whyMissing }));
  const unchecked = new Map(all.flatMap((each) => each.unchecked).map((each) => [JSON.stringify(each), each]));
  return {
    summary: mergeSummary(
      all.map(({ summary }) => summary),
      newest.verification.summary,
      broken.length,
    ),
    broken,
    unchecked: [...absent, ...unchecked.values()],
  };
}

function mergeSummary(
  summaries: readonly VerificationSummary[],
  newest: VerificationSummary,
  listed: number,
): VerificationSummary {
  const bytesRead = summaries.reduce((sum, summary) => sum + summary.bytesRead, 0);
  // A truncated document counts more than it lists.
  const broken = Math.max(listed, ...summaries.map((summary) => summary.broken));
  return { ...newest, bytesRead, broken };
}

/** @throws RegadmError INVALID_FILE that names the documents */
function assertTogether(documents: readonly ShardDocument[]): void {
  const seen = new Map<number, ShardDocument>();
  for (const each of documents) {
    for (const other of seen.values()) assertSameRun(other, each);
    const twin = seen.get(each.shard.index);
    if (twin)
      throw invalid(
        `${describeShard(each.shard)} occurs twice: ${twin.source} and ${each.source}`,
        'pass one document per shard',
      );
    seen.set(each.shard.index, each);
  }
}

function assertSameRun(a: ShardDocument, b: ShardDocument): void {
  const difference = differenceOf(a, b);
  if (difference === undefined) return;
  throw invalid(
    `${b.source} does not belong to ${a.source}: ${difference}`,
    'merge the documents of one Job, or of runs with the same arguments on the same cluster',
  );
}

/** Returns why two documents do not belong together. */
function differenceOf(a: ShardDocument, b: ShardDocument): string | undefined {
  if (a.shard.of !== b.shard.of) return `it is one of ${b.shard.of} shards, not of ${a.shard.of}`;
  if (a.cluster !== undefined && b.cluster !== undefined && a.cluster !== b.cluster)
    return `it is of another cluster: the UID of its namespace kube-system is ${b.cluster}, not ${a.cluster}`;
  const [ours, theirs] = [a, b].map(({ only = [] }) => (only.length === 0 ? 'all image streams' : only.join(' ')));
  return ours === theirs ? undefined : `it verified ${theirs}, not ${ours}`;
}

function invalid(message: string, suggestion: string): RegadmError {
  return new RegadmError(message, { code: 'INVALID_FILE', suggestions: [suggestion] });
}
