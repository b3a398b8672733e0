import { createHash } from 'node:crypto';
import type { PruneOptions } from '../../graph/options.js';
import { RegadmError, refusal } from '../../model/errors.js';
import type { ImagePrunePlan, PlannedStream } from './plan.js';

const API_VERSION = 'regadm/v1';
const KIND = 'ImagePrunePlan';
/** A plan is for the same day: what is in use changes all the time. */
export const OLDEST_PLAN_MS = 24 * 3_600_000;

const WITNESSES = 20;

/** A plan as `--plan-out` writes it and `--plan` reads it. Format: docs/plan-file.md. */
export interface PlanFile {
  apiVersion: typeof API_VERSION;
  kind: typeof KIND;
  createdAt: string;
  server: string;
  options: PlanOptions;
  imageStreams: {
    namespace: string;
    name: string;
    uid: string;
    items: { tag: string; image: string; created: string }[];
  }[];
  images: { name: string; uid: string }[];
  /** Uids of streams that stay: they tell of which cluster the plan is when all that it names is gone. */
  witnesses: string[];
  /** Tell what of the file was edited: its options (refused), or something else. */
  checksums: { options: string; content: string };
}

/** Options that decide what goes: a plan file carries them. */
const PLAN_OPTIONS = [
  'keepTagRevisions',
  'keepYoungerThanMs',
  'pruneOverSizeLimit',
  'all',
  'pruneRegistry',
  'referrers',
  'ignoreInvalidRefs',
  'pruneSignatures',
] as const satisfies (keyof PruneOptions)[];

/** The options that a plan was made with. */
export type PlanOptions = Pick<PruneOptions, (typeof PLAN_OPTIONS)[number]> & { namespace?: string };

/** What the file holds of a plan. */
export function planToFile(plan: ImagePrunePlan, server: string, now: number): PlanFile {
  const { snapshot } = plan;
  const content = {
    apiVersion: API_VERSION,
    kind: KIND,
    createdAt: new Date(now).toISOString(),
    server,
    options: planOptions(plan.options),
    imageStreams: plan.streams.filter(({ items }) => items.length > 0).map((planned) => streamEntry(plan, planned)),
    images: plan.images.map((image) => ({ name: snapshot.images.nameText(image), uid: snapshot.images.uid(image) })),
    witnesses: snapshot.streams.slice(0, WITNESSES).map(({ uid }) => uid),
  } as const;
  return { ...content, checksums: { options: checksumOf(content.options), content: checksumOf(content) } } as PlanFile;
}

function planOptions(options: PruneOptions): PlanOptions {
  const { namespace } = options;
  const chosen = Object.fromEntries(PLAN_OPTIONS.map((name) => [name, options[name]])) as PlanOptions;
  return namespace === undefined ? chosen : { ...chosen, namespace };
}

function streamEntry({ snapshot }: ImagePrunePlan, { stream, items }: PlannedStream): PlanFile['imageStreams'][number] {
  return {
    namespace: stream.namespace,
    name: stream.name,
    uid: stream.uid,
    items: items.map(({ tag, image, position }) => {
      const created = createdAt(stream, tag, position);
      return {
        tag,
        image: snapshot.digests.text(image),
        created: Number.isNaN(created) ? '' : new Date(created).toISOString(),
      };
    }),
  };
}

function checksumOf(content: object): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;
}

/**
 * Reads a plan file's text.
 * @returns the plan, and whether it is as regadm wrote it
 * @throws RegadmError PLAN_FILE when it is no plan of a version that is known, or too old (exit 4)
 */
export function parsePlanFile(file: string, text: string, now: number): { plan: PlanFile; unchanged: boolean } {
  const plan = parse(file, text);
  if (plan.apiVersion !== API_VERSION || plan.kind !== KIND) {
    throw broken(file, `it is ${String(plan.apiVersion)} ${String(plan.kind)}, not ${API_VERSION} ${KIND}`);
  }
  checkShape(file, plan);
  const age = now - Date.parse(plan.createdAt);
  if (!(age <= OLDEST_PLAN_MS)) {
    throw refusal('PLAN_TOO_OLD', `the plan ${file} is too old: made at ${plan.createdAt}; nothing was changed`, [
      'make a new one with --plan-out',
    ]);
  }
  const { checksums, ...content } = plan;
  if (checksums?.options !== checksumOf(plan.options)) {
    throw refusal('PLAN_EDITED', `the options of the plan ${file} were edited; nothing was changed`, [
      'make a new one with --plan-out',
    ]);
  }
  return { plan, unchanged: checksums.content === checksumOf(content) };
}

function parse(file: string, text: string): PlanFile {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as PlanFile;
  } catch {
    // told below
  }
  throw broken(file, 'it is no JSON object');
}

function checkShape(file: string, plan: PlanFile): void {
  const isText = (value: unknown): boolean => typeof value === 'string';
  const items = (stream: PlanFile['imageStreams'][number]): boolean =>
    Array.isArray(stream.items) &&
    stream.items.every((item) => isText(item?.tag) && isText(item?.image) && isText(item?.created));
  const streams = (): boolean =>
    Array.isArray(plan.imageStreams) &&
    plan.imageStreams.every((one) => isText(one?.namespace) && isText(one?.name) && isText(one?.uid) && items(one));
  const images = (): boolean =>
    Array.isArray(plan.images) && plan.images.every((one) => isText(one?.name) && isText(one?.uid));
  if (!isText(plan.createdAt)) throw broken(file, 'createdAt is missing');
  if (typeof plan.options !== 'object' || plan.options === null) throw broken(file, 'options are missing');
  if (!streams()) throw broken(file, 'imageStreams is not as it should be');
  if (!images()) throw broken(file, 'images is not as it should be');
}

function broken(file: string, what: string): RegadmError {
  return new RegadmError(`the plan ${file} cannot be used: ${what}`, {
    code: 'PLAN_FILE',
    suggestions: ['make a new one with --plan-out'],
  });
}

/**
 * Compares a plan file with a plan that was computed afresh: only what both name may go.
 * @returns the filter for computing the plan again, and what the file names that stays after all
 * @throws RegadmError (exit 4) when the file is of another cluster, or was edited to name what a fresh plan does not
 */
export function narrow(
  fresh: ImagePrunePlan,
  file: PlanFile,
  unchanged: boolean,
): { only: NonNullable<PruneOptions['only']>; left: string[] } {
  assertSameCluster(fresh, file);
  const { snapshot } = fresh;
  const wanted = new Set([
    ...file.imageStreams.flatMap(({ uid, items }) =>
      items.map(({ tag, image, created }) => itemKey(uid, tag, image, Date.parse(created))),
    ),
    ...file.images.map(({ name, uid }) => `${name} ${uid}`),
  ]);
  const present = new Set([
    ...fresh.streams.flatMap(({ stream, items }) =>
      items.map(({ tag, image, position }) =>
        itemKey(stream.uid, tag, snapshot.digests.text(image), createdAt(stream, tag, position)),
      ),
    ),
    ...fresh.images.map((image) => `${snapshot.images.nameText(image)} ${snapshot.images.uid(image)}`),
  ]);
  const left = [
    ...file.imageStreams.flatMap(({ namespace, name, uid, items }) =>
      items
        .filter(({ tag, image, created }) => !present.has(itemKey(uid, tag, image, Date.parse(created))))
        .map(({ tag, image }) => `${namespace}/${name}:${tag} ${image}`),
    ),
    ...file.images.filter(({ name, uid }) => !present.has(`${name} ${uid}`)).map(({ name }) => `image ${name}`),
  ];
  if (!unchanged && left.length > 0) {
    const others = left.length > 1 ? ` and ${left.length - 1} more` : '';
    throw refusal(
      'PLAN_EDITED',
      `the plan was edited to delete what a fresh plan would not: ${left[0]}${others}; nothing was changed`,
      ['make a new one with --plan-out'],
    );
  }
  return {
    left,
    only: {
      item: ({ uid }, tag, image, created) => wanted.has(itemKey(uid, tag, image, created)),
      image: (name, uid) => wanted.has(`${name} ${uid}`),
    },
  };
}

function itemKey(streamUid: string, tag: string, image: string, created: number): string {
  return `${streamUid} ${tag} ${image} ${created}`;
}

/** When a planned item was made, ms since the epoch. */
export function createdAt(stream: PlannedStream['stream'], tag: string, position: number): number {
  return stream.tags.find(({ name }) => name === tag)!.items[position]!.created;
}

function assertSameCluster({ snapshot }: ImagePrunePlan, file: PlanFile): void {
  const streams = new Set(snapshot.streams.map(({ uid }) => uid));
  const known =
    [...file.imageStreams.map(({ uid }) => uid), ...(file.witnesses ?? [])].some((uid) => streams.has(uid)) ||
    file.images.some(({ name, uid }) => {
      const image = snapshot.images.find(name);
      return image !== -1 && snapshot.images.uid(image) === uid;
    });
  if (known || file.imageStreams.length + file.images.length === 0) return;
  throw refusal(
    'PLAN_OF_ANOTHER_CLUSTER',
    'the plan is of another cluster: none of its objects exists here; nothing was changed',
    ['check --context and --server, or make a new plan with --plan-out'],
  );
}
