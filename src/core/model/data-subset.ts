import { sha256Hex, type Digest } from './digest.js';

/**
 * The blobs whose data is read. Digests are evenly distributed, so shards of them have about the same number of blobs,
 * and the same blob is always in the same shard.
 */
export type DataSubset =
  /** One of several shards: every blob is in exactly one. `index` begins with 0. */
  | { index: number; of: number }
  /** A share of the digests, and where it begins; both of the whole, which is 1. The digests form a circle. */
  | { share: number; start: number };

/** Maximum number of shards. */
const MAX_SHARDS = 100_000;

/** Returns true if a blob is in a subset. Only SHA-256 digests are: the registry stores no other. */
export function isInSubset(digest: Digest, subset: DataSubset): boolean {
  const hex = sha256Hex(digest);
  if (hex === undefined) return false;
  return 'of' in subset ? shardOf(hex, subset.of) === subset.index : distance(hex, subset.start) < subset.share;
}

/** Returns the shard of a blob: the first 8 bytes of its digest, as a number, modulo the number of shards. */
function shardOf(hex: string, of: number): number {
  return Number(BigInt(`0x${hex.slice(0, 16)}`) % BigInt(of));
}

/** Returns how far a digest is from the start of a share, from 0 to 1. 48 bits of it are exact as a number. */
function distance(hex: string, start: number): number {
  return (Number.parseInt(hex.slice(0, 12), 16) / 2 ** 48 - start + 1) % 1;
}

const DAY_MS = 86_400_000;
/** By how much the shares of two days overlap: sums of fractions are not exact. */
const OVERLAP = 1e-9;

/** What the value of a flag depends on. */
interface Surroundings {
  /** In ms since the epoch. */
  now: number;
  /** Number of this pod in an Indexed Job, as Kubernetes states it. */
  completionIndex: string | undefined;
}

/**
 * Reads `N%`, `n/m` or `job/N`. A percentage begins each day (UTC) where that of the day before ended, so that a job
 * that runs every day reads everything in turn.
 * @throws Error that states what is wrong with the text
 */
export function parseDataSubset(text: string, { now, completionIndex }: Surroundings): DataSubset {
  const percent = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text);
  if (percent) return shareOfDay(Number(percent[1]) / 100, Math.floor(now / DAY_MS));
  const [, first = '', second = ''] = /^(job|\d+)\/(\d+)$/.exec(text) ?? [];
  const of = Number(second);
  if (first === '') throw new Error('write it as N%, n/m or job/N, such as 5%, 1/7 or job/20');
  if (of < 1 || of > MAX_SHARDS) throw new Error(`the number of shards is from 1 to ${MAX_SHARDS}`);
  if (first === 'job') return { index: indexOfPod(completionIndex, of), of };
  const number = Number(first);
  if (number < 1 || number > of) throw new Error(`the number of the shard is from 1 to ${of}`);
  return { index: number - 1, of };
}

function shareOfDay(share: number, day: number): DataSubset {
  if (share <= 0 || share > 1) throw new Error('the percentage is above 0 and at most 100');
  return { share: share + OVERLAP, start: (day * share) % 1 };
}

function indexOfPod(text: string | undefined, of: number): number {
  if (text === undefined || text === '')
    throw new Error('job/N is for the pods of an Indexed Job, but JOB_COMPLETION_INDEX is not set');
  if (!/^\d{1,9}$/.test(text)) throw new Error('JOB_COMPLETION_INDEX is not a number');
  if (Number(text) >= of)
    throw new Error(`JOB_COMPLETION_INDEX is ${Number(text)}, so the Job has more than ${of} completions`);
  return Number(text);
}
