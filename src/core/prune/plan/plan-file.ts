import { createHash } from 'node:crypto';
import type { PruneOptions } from '../../graph/options.js';
import type { PolicySource, RetentionPolicy } from '../../model/retention-policy.js';
import { specVersion } from '../../model/spec-tag.js';
import type { ImageStream } from '../../model/table/snapshot.js';
import type { ImagePrunePlan, PlannedStream } from './types.js';

export const API_VERSION = 'regadm/v1';
export const KIND = 'ImagePrunePlan';

/** Number of image streams whose uids identify the cluster. */
const WITNESSES = 20;

/** A plan as `--plan-out` writes it and `--plan` reads it. Format: docs/plan-file.md. */
export interface PlanFile {
  apiVersion: typeof API_VERSION;
  kind: typeof KIND;
  /** When the plan was made, by the API server's clock. */
  createdAt: string;
  /** URL of the API server, for information only. */
  server: string;
  options: PlanOptions;
  /** The tag items to remove. */
  imageStreams: PlanFileStream[];
  /** The images to delete. */
  images: { name: string; uid: string }[];
  /** Uids of streams: they identify the cluster if no object in the plan exists any longer. */
  witnesses: string[];
  /** Show whether the file was edited: its options (refused), or something else. */
  checksums: { options: string; content: string };
}

/** An image stream that loses tag items. */
export interface PlanFileStream {
  namespace: string;
  name: string;
  uid: string;
  items: PlanFileItem[];
  /** Tags that expire; absent if no tag does. */
  expiredTags?: PlanFileTag[];
}

/** A tag that a rule of the policy removes. */
export interface PlanFileTag {
  tag: string;
  /** Version of its entry in the spec of the stream; absent if the spec does not have the tag. */
  entry?: string;
}

export interface PlanFileItem {
  tag: string;
  image: string;
  /** Creation time of the item, RFC 3339; empty if it cannot be read. */
  created: string;
}

/** The options that decide what is deleted; a plan file contains them. */
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
export type PlanOptions = Pick<
  PruneOptions,
  (typeof PLAN_OPTIONS)[number] | 'namespace' | 'ignoreUnreadable' | 'skipResources'
> & {
  /** The content of the policy file. */
  policy?: PolicySource;
  /** The pulls that were considered, for information. They do not count again: the file does not contain them. */
  pulls?: { file: string; keepPulledWithin?: string };
};

/**
 * Converts a plan to the content of a plan file.
 * @param now the API server's clock, ms since the epoch
 */
export function toPlanFile(plan: ImagePrunePlan, server: string, now: number): PlanFile {
  const { images, digests } = plan.snapshot;
  const content = {
    apiVersion: API_VERSION,
    kind: KIND,
    createdAt: new Date(now).toISOString(),
    server,
    options: toPlanOptions(plan.options),
    imageStreams: plan.streams
      .filter(({ items, expired }) => items.length + expired.length > 0)
      .map((planned) => toStreamEntry(planned, (digest) => digests.text(digest))),
    images: plan.images.map((image) => ({ name: images.nameText(image), uid: images.uid(image) })),
    witnesses: plan.snapshot.streams.slice(0, WITNESSES).map(({ uid }) => uid),
  } as const;
  return { ...content, checksums: { options: checksum(content.options), content: checksum(content) } };
}

function toPlanOptions({ policy, pulls, ...options }: PruneOptions): PlanOptions {
  const { file, keepPulledWithin } = pulls ?? {};
  return {
    ...planOptions(options),
    ...(policy ? { policy: policy.source } : {}),
    ...(file === undefined ? {} : { pulls: { file, ...(keepPulledWithin === undefined ? {} : { keepPulledWithin }) } }),
  };
}

type PlainOptions = Omit<PlanOptions, 'policy' | 'pulls'>;

function planOptions(options: PlainOptions): PlainOptions {
  const { namespace, ignoreUnreadable, skipResources } = options;
  const chosen = Object.fromEntries(PLAN_OPTIONS.map((name) => [name, options[name]])) as unknown as PlainOptions;
  return {
    ...chosen,
    ...(namespace === undefined ? {} : { namespace }),
    ...(ignoreUnreadable === undefined ? {} : { ignoreUnreadable }),
    ...(skipResources === undefined ? {} : { skipResources }),
  };
}

function toStreamEntry(
  { stream, items, expired }: PlannedStream,
  digestText: (digest: number) => string,
): PlanFileStream {
  return {
    namespace: stream.namespace,
    name: stream.name,
    uid: stream.uid,
    items: items.map(({ tag, image, position }) => {
      const created = creationTime(stream, tag, position);
      return {
        tag,
        image: digestText(image),
        created: Number.isNaN(created) ? '' : new Date(created).toISOString(),
      };
    }),
    ...(expired.length > 0 ? { expiredTags: expired.map(({ tag }) => toTagEntry(stream, tag)) } : {}),
  };
}

function toTagEntry(stream: ImageStream, tag: string): PlanFileTag {
  const entry = specVersion(stream, tag);
  return { tag, ...(entry === undefined ? {} : { entry }) };
}

/** Ms since the epoch; NaN if it cannot be read. */
function creationTime({ tags }: ImageStream, tag: string, position: number): number {
  return tags.find(({ name }) => name === tag)!.items[position]!.created;
}

/** Returns the checksum of a part of a plan file. */
export function checksum(content: object): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;
}

/**
 * Combines the options of a plan file with flags: only flags that keep more have an effect. Whatever else the file
 * contains, such as a `protection`, replaces no flag.
 * @param policy the compiled policy of the plan file; a plan file and `--policy` exclude each other
 */
export function withPlanOptions(flags: PruneOptions, planned: PlanOptions, policy?: RetentionPolicy): PruneOptions {
  return {
    ...flags,
    ...(policy ? { policy } : {}),
    ...planOptions(planned),
    all: planned.all && flags.all,
    pruneRegistry: planned.pruneRegistry && flags.pruneRegistry,
    referrers: flags.referrers === 'all' ? 'all' : planned.referrers,
  };
}
