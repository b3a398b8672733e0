import { isDigest } from '../../model/digest.js';
import { RegadmError, refusal } from '../../model/errors.js';
import { quote } from '../../model/names/quote.js';
import { isRepositoryName } from '../../model/names/repository-name.js';
import type { RetentionPolicy } from '../../model/retention-policy.js';
import { isSkippable } from '../../model/skip-resource.js';
import {
  API_VERSION,
  KIND,
  checksum,
  type PlanFile,
  type PlanFileItem,
  type PlanFileStream,
  type PlanFileTag,
  type PlanOptions,
} from './plan-file.js';

/** Maximum age of a plan file, in ms, because uses change all the time. */
export const MAX_PLAN_AGE_MS = 24 * 3_600_000;

const MAKE_A_NEW_ONE = ['make a new plan with --plan-out'];

/** The content of a plan file, and whether it is as regadm wrote it. */
export interface ParsedPlanFile {
  readonly content: PlanFile;
  readonly unchanged: boolean;
  /** Its policy, compiled. */
  readonly policy?: RetentionPolicy;
}

/**
 * Parses the text of a plan file.
 * @throws RegadmError PLAN_FILE if it is not a plan of a known version; PLAN_EDITED if its options were changed
 */
export function parsePlanFile(file: string, text: string): ParsedPlanFile {
  const plan = parseObject(file, text);
  if (plan.apiVersion !== API_VERSION || plan.kind !== KIND) {
    throw notUsable(file, `it is ${String(plan.apiVersion)} ${String(plan.kind)}, not ${API_VERSION} ${KIND}`);
  }
  assertShape(file, plan);
  const { checksums, ...content } = plan;
  if (checksums?.options !== checksum(plan.options)) {
    throw refusal('PLAN_EDITED', `the options of the plan ${file} were edited; nothing was changed`, MAKE_A_NEW_ONE);
  }
  const option = invalidOption(plan.options);
  if (option) throw notUsable(file, `options.${option} is malformed`);
  return { content: plan, unchanged: checksums.content === checksum(content) };
}

/**
 * Refuses a plan file that is too old, or whose age cannot be read.
 * @param now the API server's clock, ms since the epoch: the file was dated by the same clock
 * @throws RegadmError PLAN_TOO_OLD
 */
export function assertNotTooOld(file: string, { createdAt }: PlanFile, now: number): void {
  const age = now - Date.parse(createdAt);
  if (age <= MAX_PLAN_AGE_MS) return;
  throw refusal(
    'PLAN_TOO_OLD',
    `the plan ${file} is too old: made at ${createdAt}; nothing was changed`,
    MAKE_A_NEW_ONE,
  );
}

function parseObject(file: string, text: string): PlanFile {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as PlanFile;
  } catch {
    // Not JSON: the error below reports it.
  }
  throw notUsable(file, 'it is not a JSON object');
}

function assertShape(file: string, plan: PlanFile): void {
  if (!isString(plan.createdAt)) throw notUsable(file, 'createdAt is missing');
  if (typeof plan.options !== 'object' || plan.options === null) throw notUsable(file, 'options are missing');
  if (!isArrayOf(plan.imageStreams, isStream)) throw notUsable(file, 'imageStreams is malformed');
  if (!isArrayOf(plan.images, isImage)) throw notUsable(file, 'images is malformed');
  const name = invalidName(plan);
  if (name) throw notUsable(file, name);
}

const isCount = (value: unknown): boolean => typeof value === 'number' && value >= 0;
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

/** How each option is checked. */
const OPTIONS: Record<keyof PlanOptions, (value: unknown) => boolean> = {
  keepTagRevisions: (value) => Number.isInteger(value) && isCount(value),
  keepYoungerThanMs: isCount,
  pruneOverSizeLimit: isBoolean,
  all: isBoolean,
  pruneRegistry: isBoolean,
  referrers: (value) => value === 'oc' || value === 'extended' || value === 'all',
  ignoreInvalidRefs: isBoolean,
  pruneSignatures: isBoolean,
  namespace: (value) => value === undefined || isString(value),
  ignoreUnreadable: (value) => value === undefined || isArrayOf(value, (name) => isString(name) && isDigest(name)),
  policy: (value) => value === undefined || (typeof value === 'object' && value !== null),
  pulls: (value) => value === undefined || isPulls(value),
  skipResources: (value) => value === undefined || isArrayOf(value, (name) => isString(name) && isSkippable(name)),
};

/** Returns the first option of another type than expected: a missing one would not mean the default. */
function invalidOption(options: PlanOptions): string | undefined {
  return (Object.keys(OPTIONS) as (keyof PlanOptions)[]).find((name) => !OPTIONS[name](options[name]));
}

/** Describes the first name in a plan that is not of the kind that it must be; undefined if there is none. */
function invalidName({ imageStreams, images }: PlanFile): string | undefined {
  for (const [at, { namespace, name, items }] of imageStreams.entries()) {
    const field = `imageStreams[${at}]`;
    if (!isRepositoryName(`${namespace}/${name}`))
      return `${field} is ${quote(`${namespace}/${name}`)}, which is not the name of a repository`;
    const item = items.findIndex(({ image }) => !isDigest(image));
    if (item !== -1) return `${field}.items[${item}].image is ${quote(items[item]!.image)}, which is not a digest`;
  }
  const image = images.findIndex((entry) => !isDigest(entry.name));
  return image === -1 ? undefined : `images[${image}].name is ${quote(images[image]!.name)}, which is not a digest`;
}

function isPulls(value: unknown): boolean {
  const { file, keepPulledWithin } = (value ?? {}) as Unchecked<NonNullable<PlanOptions['pulls']>> & object;
  return isString(file) && (keepPulledWithin === undefined || isString(keepPulledWithin));
}

type Unchecked<T> = { [Key in keyof T]?: unknown } | null | undefined;

function isStream(stream: Unchecked<PlanFileStream>): boolean {
  const named = isString(stream?.namespace) && isString(stream.name) && isString(stream.uid);
  const { expiredTags: tags } = stream ?? {};
  return named && isArrayOf(stream.items, isItem) && (tags === undefined || isArrayOf(tags, isExpiredTag));
}

function isExpiredTag(tag: Unchecked<PlanFileTag>): boolean {
  return isString(tag?.tag) && (tag.entry === undefined || isString(tag.entry));
}

function isItem(item: Unchecked<PlanFileItem>): boolean {
  return isString(item?.tag) && isString(item.image) && isString(item.created);
}

function isImage(image: Unchecked<PlanFile['images'][number]>): boolean {
  return isString(image?.name) && isString(image.uid);
}

function isArrayOf<T>(value: unknown, isEntry: (entry: T) => boolean): boolean {
  return Array.isArray(value) && (value as T[]).every(isEntry);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function notUsable(file: string, problem: string): RegadmError {
  return new RegadmError(`cannot use the plan ${file}: ${problem}`, { code: 'PLAN_FILE', suggestions: MAKE_A_NEW_ONE });
}
