import type { ImageTable } from '../model/table/image-table.js';
import { streamKey } from '../model/image-stream.js';
import type { Referrer } from '../model/referrer.js';
import { STREAM_KIND } from '../model/referrers/stream.js';
import type { ImageStream, Snapshot } from '../model/table/snapshot.js';
import type { PruneOptions } from '../graph/options.js';
import { withPolicyChange, type PolicyChange } from './policy-changes.js';
import type { ReferrerScope } from '../graph/uses.js';

/** A change to a situation: to a flag, to an object, or of the time. */
export type Change =
  | PolicyChange
  | { kind: 'keep-tag-revisions'; value: number }
  | { kind: 'keep-younger-than'; ms: number }
  | { kind: 'all'; value: boolean }
  | { kind: 'without-namespace' }
  | { kind: 'prune-signatures' }
  | { kind: 'referrers'; value: ReferrerScope }
  | { kind: 'unprotect'; pattern: string }
  | { kind: 'protect'; image: string }
  | { kind: 'delete-tag'; stream: string; tag: string }
  | { kind: 'add-tag'; stream: string; tag: string; image: string }
  | { kind: 'newer-revisions'; stream: string; tag: string; count: number }
  | { kind: 'referrer-ends'; referrer: { kind: string; namespace: string; name: string } }
  | { kind: 'wait'; until: number }
  | { kind: 'repair-image'; image: string }
  | { kind: 'limit'; namespace: string; bytes: number };

/** The input of decisions. `now` is in ms since the epoch. */
export interface Situation {
  snapshot: Snapshot;
  options: PruneOptions;
  now: number;
}

/** Returns the situation after these changes; does not modify the given one. */
export function withChanges(situation: Situation, changes: readonly Change[]): Situation {
  return changes.reduce(withChange, situation);
}

function withChange(situation: Situation, change: Change): Situation {
  const { snapshot, options, now } = situation;
  const withOptions = (more: Partial<PruneOptions>): Situation => ({ ...situation, options: { ...options, ...more } });
  const withSnapshot = (more: Partial<Snapshot>): Situation => ({ ...situation, snapshot: { ...snapshot, ...more } });
  switch (change.kind) {
    case 'keep-tag-revisions':
      return withOptions({ keepTagRevisions: change.value });
    case 'keep-younger-than':
      return withOptions({ keepYoungerThanMs: change.ms });
    case 'rule-revisions':
    case 'rule-age':
    case 'rule-keeps':
      return withOptions({ policy: options.policy && withPolicyChange(options.policy, change) });
    case 'all':
      return withOptions({ all: change.value });
    case 'without-namespace':
      return withOptions({ namespace: undefined });
    case 'prune-signatures':
      return withOptions({ pruneSignatures: true });
    case 'referrers':
      return withOptions({ referrers: change.value });
    case 'unprotect':
      return withOptions({ protection: without(options.protection, change.pattern) });
    case 'protect':
      return withOptions({
        protection: {
          ...NO_PROTECTION,
          ...options.protection,
          digests: [...(options.protection?.digests ?? []), change.image],
        },
      });
    case 'wait':
      return { ...situation, now: Math.max(now, change.until) };
    case 'repair-image':
      return withSnapshot({ images: readable(snapshot.images, change.image) });
    case 'limit':
      return withSnapshot({
        limits: [...snapshot.limits.filter(({ namespace }) => namespace !== change.namespace), change],
      });
    case 'referrer-ends':
      return withSnapshot({ referrers: snapshot.referrers.filter((one) => !isSame(one, change.referrer)) });
    default:
      return withSnapshot({
        ...(change.kind === 'delete-tag' ? { referrers: withoutTag(snapshot.referrers, change) } : {}),
        streams: snapshot.streams.map((stream) =>
          streamKey(stream) === change.stream ? withTagChange(stream, change, snapshot, now) : stream,
        ),
      });
  }
}

type TagChange = Extract<Change, { stream: string }>;

function withTagChange(stream: ImageStream, change: TagChange, { digests }: Snapshot, now: number): ImageStream {
  // As old as its stream, so that the age of the new item does not keep the image.
  const item = { image: 'image' in change ? digests.intern(change.image) : -1, created: stream.created };
  switch (change.kind) {
    case 'delete-tag':
      return { ...stream, tags: stream.tags.filter(({ name }) => name !== change.tag) };
    case 'add-tag':
      return { ...stream, tags: [...stream.tags, { name: change.tag, items: [item] }] };
    case 'newer-revisions': {
      const newer = Array.from({ length: change.count }, (_, at) => ({
        image: digests.intern(`sha256:${at.toString(16).padStart(64, '0')}`),
        created: now,
      }));
      return {
        ...stream,
        tags: stream.tags.map((tag) => (tag.name === change.tag ? { ...tag, items: [...newer, ...tag.items] } : tag)),
      };
    }
  }
}

/** Returns the referrers without what a deleted tag followed. */
function withoutTag(referrers: Referrer[], { stream, tag }: { stream: string; tag: string }): Referrer[] {
  return referrers.map((one) => {
    if (one.kind !== STREAM_KIND || streamKey(one) !== stream) return one;
    return { ...one, references: one.references.filter(({ field }) => field !== `tag ${tag}`) };
  });
}

const NO_PROTECTION = { namespaces: [], streams: [], tags: [], digests: [] };

function without(protection: PruneOptions['protection'], pattern: string): PruneOptions['protection'] {
  const rest = (patterns: string[] = []): string[] => patterns.filter((one) => one !== pattern);
  return {
    namespaces: rest(protection?.namespaces),
    streams: rest(protection?.streams),
    tags: rest(protection?.tags),
    digests: rest(protection?.digests),
  };
}

/** Returns the same table with other metadata of one image. */
function readable(images: ImageTable, name: string): ImageTable {
  const unreadable = new Map(images.unreadable);
  unreadable.delete(images.find(name));
  return Object.create(images, { unreadable: { value: unreadable } }) as ImageTable;
}

function isSame(
  a: { kind: string; namespace: string; name: string },
  b: { kind: string; namespace: string; name: string },
): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}
