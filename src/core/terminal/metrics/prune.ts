import { gauge, type Family, type Sample } from './family.js';

/** What happened to an object: the words of `status` in the documents. */
type PruneResult = 'would-delete' | 'deleted' | 'gone' | 'skipped' | 'failed';

/** Amounts by result; a result that is absent is not known. */
export type Tally = Partial<Record<PruneResult, number>>;

/** The words for what is done to objects that are not deleted: `would-mark` and `marked`. */
type Words = readonly [would: string, did: string];

/** What a prune did, or would do. */
interface PruneAmounts {
  /** Number of objects by kind: `image`, `tag_item`, `blob`. */
  objects: Record<string, Readonly<Record<string, number>>>;
  /** Size of the blobs; absent for a prune that deletes none. */
  blobBytes?: Tally;
  /** Everything that failed or could not be read, as in the document's summary. */
  failures: number;
}

/**
 * Adds up objects by result. Results that do not occur are 0, so that a series does not disappear from one run to the
 * next.
 * @param amountOf what an object counts, by position (default: 1)
 */
export function tally(
  results: Iterable<PruneResult>,
  dryRun: boolean,
  amountOf: (index: number) => number = () => 1,
): Tally {
  const sums: Tally = dryRun ? { 'would-delete': 0 } : { deleted: 0, gone: 0, skipped: 0, failed: 0 };
  let at = 0;
  for (const result of results) sums[result] = (sums[result] ?? 0) + amountOf(at++);
  return sums;
}

/** Adds up objects that are not deleted by result, as `tally` does. */
export function tallyWith(words: Words, results: Iterable<string>, dryRun: boolean): Record<string, number> {
  const [would, did] = words;
  const sums: Record<string, number> = dryRun ? { [would]: 0 } : { [did]: 0, gone: 0, skipped: 0, failed: 0 };
  for (const result of results) sums[result] = (sums[result] ?? 0) + 1;
  return sums;
}

/** Returns the metrics of a prune that ended with a result. */
export function pruneMetrics({ objects, blobBytes, failures }: PruneAmounts): Family[] {
  return [
    {
      name: 'regadm_prune_objects',
      help: 'Number of objects by kind and result in the last run.',
      samples: Object.entries(objects).flatMap(([kind, sums]) => samplesOf(sums, { kind })),
    },
    gauge('regadm_prune_failures', 'Number of failures in the last run, unreadable objects included.', failures),
    ...(blobBytes === undefined ? [] : byteMetrics(blobBytes)),
  ];
}

function byteMetrics(blobBytes: Tally): Family[] {
  return [
    {
      name: 'regadm_prune_blob_bytes',
      help: 'Size of the blobs by result in the last run.',
      samples: samplesOf(blobBytes, {}),
    },
    gauge('regadm_prune_freed_bytes', 'Size of the blobs that the last run deleted.', blobBytes.deleted ?? 0),
  ];
}

function samplesOf(sums: Readonly<Record<string, number>>, labels: Record<string, string>): Sample[] {
  return Object.entries(sums).map(([result, value]) => ({ labels: { ...labels, result }, value }));
}
