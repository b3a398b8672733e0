import { RegadmError, messageOf } from '../../model/errors.js';
import { quote } from '../../model/names/quote.js';
import { isRecord, listOf } from '../../model/values/json.js';
import type { BrokenImage, ProblemKind, Unchecked, VerificationSummary } from '../../verification/plan/types.js';
import { formProblem, type Form } from './form.js';
import { describeShard, type Shard, type ShardDocument } from './types.js';

const KIND = 'RegistryVerification';

/** Maximum number of shards that a document can state: each of them is named if it is missing. */
const MAX_SHARDS = 100_000;

/** A record, so that none is forgotten. */
const PROBLEM_KINDS: Record<ProblemKind, true> = {
  'missing-image': true,
  'missing-manifest': true,
  'missing-config': true,
  'missing-layer': true,
  'missing-manifest-link': true,
  'missing-config-link': true,
  'missing-layer-link': true,
  'missing-child': true,
  'wrong-size': true,
  corrupt: true,
};
const PROBLEM: Form = { what: new Set(Object.keys(PROBLEM_KINDS)), digest: 'digest', repository: 'text' };
const TAG: Form = { namespace: 'text', name: 'text', tag: 'text', position: 'count' };
const USER: Form = { kind: 'text', namespace: 'text', name: 'text' };
const BROKEN: Form = [{ image: 'digest', problems: [PROBLEM], tags: [TAG], uses: [USER], remedies: ['text'] }];
const SUMMARY: Form = {
  images: 'count',
  blobs: 'count',
  bytesRead: 'count',
  broken: 'count',
  'orphanedBlobs?': 'count',
  'danglingLinks?': 'count',
  unlistedImages: 'count',
  importedImages: 'count',
};
const DOCUMENT: Form = {
  startedAt: 'text',
  finishedAt: 'text',
  'cluster?': 'text',
  'warnings?': ['text'],
  'options?': { 'only?': ['text'], 'readDataSubset?': 'text' },
  'truncated?': 'flag',
  shard: { index: 'count', of: 'count' },
  summary: SUMMARY,
  broken: BROKEN,
  'unchecked?': [{ target: 'text', message: 'text' }],
};

/**
 * Reads the document of a shard from its text. Whoever can write the file or the ConfigMap decides what it contains.
 * @param source where it was read, for messages
 * @throws RegadmError INVALID_FILE
 */
export function parseShardDocument(text: string, source: string): ShardDocument {
  const document = parsed(text, source);
  if (document.kind !== KIND)
    throw invalid(
      source,
      `its kind is ${shown(document.kind)}, not ${KIND}`,
      'pass what registry verify wrote with -o json',
    );
  if (document.shard === undefined)
    throw invalid(
      source,
      'it is not the document of a shard',
      'run registry verify with --read-data-subset N/M, or --print-job',
    );
  const problem = formProblem(document, DOCUMENT);
  if (problem !== undefined) throw invalid(source, problem);
  const shard = document.shard as Shard;
  if (shard.of < 1 || shard.of > MAX_SHARDS || shard.index >= shard.of)
    throw invalid(source, `there is no shard ${shard.index} of ${shard.of}`);
  const options = document.options as { only?: string[]; readDataSubset?: string } | undefined;
  const subset = options?.readDataSubset;
  if (subset !== undefined && !isSubsetOf(shard, subset))
    throw invalid(source, `it is ${describeShard(shard)}, but its options state ${quote(subset)}`);
  return {
    source,
    shard,
    truncated: document.truncated === true,
    startedAt: document.startedAt as string,
    finishedAt: document.finishedAt as string,
    cluster: document.cluster as string | undefined,
    only: options?.only,
    warnings: listOf<string>(document.warnings),
    verification: {
      summary: document.summary as VerificationSummary,
      broken: document.broken as BrokenImage[],
      unchecked: listOf<Unchecked>(document.unchecked),
    },
  };
}

/** Returns true if a value of `--read-data-subset` selects a shard. */
function isSubsetOf({ index, of }: Shard, subset: string): boolean {
  const [, number, count] = /^(job|\d+)\/(\d+)$/.exec(subset) ?? [];
  return Number(count) === of && (number === 'job' || Number(number) === index + 1);
}

function parsed(text: string, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(source, `it is not JSON: ${messageOf(error)}`, 'write the document with -o json');
  }
  if (isRecord(value)) return value;
  throw invalid(source, 'it is not a JSON object');
}

function shown(kind: unknown): string {
  return typeof kind === 'string' ? quote(kind) : 'not stated';
}

function invalid(source: string, reason: string, ...suggestions: string[]): RegadmError {
  return new RegadmError(`${source} cannot be merged: ${reason}`, { code: 'INVALID_FILE', suggestions });
}
