import type { ImageTable } from '../model/table/image-table.js';
import { streamKey } from '../model/image-stream.js';
import type { ImageStream, Snapshot } from '../model/table/snapshot.js';
import type { PruneOptions } from '../graph/options.js';
import type { ReferrerScope } from '../graph/uses.js';

/** One thing that could be otherwise: a flag, an object, the time. */
export type Change =
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

/** What decisions are made from. `now` is in ms since the epoch. */
export interface Situation {
  snapshot: Snapshot;
  options: PruneOptions;
  now: number;
}

/** The situation as it would be with these changes; the given one stays as it is. */
export function withChanges(situation: Situation, changes: readonly Change[]): Situation {
  return changes.reduce(withChange, situation);
}

function withChange(situation: Situation, change: Change): Situation {
  const { snapshot, options, now } = situation;
  const choose = (more: Partial<PruneOptions>): Situation => ({ ...situation, options: { ...options, ...more } });
  const see = (more: Partial<Snapshot>): Situation => ({ ...situation, snapshot: { ...snapshot, ...more } });
  switch (change.kind) {
    case 'keep-tag-revisions':
      return choose({ keepTagRevisions: change.value });
    case 'keep-younger-than':
      return choose({ keepYoungerThanMs: change.ms });
    case 'all':
      return choose({ all: change.value });
    case 'without-namespace':
      return choose({ namespace: undefined });
    case 'prune-signatures':
      return choose({ pruneSignatures: true });
    case 'referrers':
      return choose({ referrers: change.value });
    case 'unprotect':
      return choose({ protection: without(options.protection, change.pattern) });
    case 'protect':
      return choose({
        protection: {
          ...NOTHING,
          ...options.protection,
          digests: [...(options.protection?.digests ?? []), change.image],
        },
      });
    case 'wait':
      return { ...situation, now: Math.max(now, change.until) };
    case 'repair-image':
      return see({ images: readable(snapshot.images, change.image) });
    case 'limit':
      return see({ limits: [...snapshot.limits.filter(({ namespace }) => namespace !== change.namespace), change] });
    case 'referrer-ends':
      return see({ referrers: snapshot.referrers.filter((one) => !isThat(one, change.referrer)) });
    default:
      return see({
        streams: snapshot.streams.map((stream) =>
          streamKey(stream) === change.stream ? withTagChange(stream, change, snapshot, now) : stream,
        ),
      });
  }
}

type TagChange = Extract<Change, { stream: string }>;

function withTagChange(stream: ImageStream, change: TagChange, { digests }: Snapshot, now: number): ImageStream {
  // As old as can be: that the new tag is young must not be what keeps the image.
  const item = { image: 'image' in change ? digests.intern(change.image) : -1, created: stream.created };
  switch (change.kind) {
    case 'delete-tag':
      return { ...stream, tags: stream.tags.filter(({ name }) => name !== change.tag) };
    case 'add-tag':
      return { ...stream, tags: [...stream.tags, { name: change.tag, items: [item] }] };
    case 'newer-revisions': {
      const newer = Array.from({ length: change.count }, (_, at) => ({
        image: digests.intern(`newer ${at}`),
        created: now,
      }));
      return {
        ...stream,
        tags: stream.tags.map((tag) => (tag.name === change.tag ? { ...tag, items: [...newer, ...tag.items] } : tag)),
      };
    }
  }
}

const NOTHING = { namespaces: [], streams: [], tags: [], digests: [] };

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

function isThat(
  a: { kind: string; namespace: string; name: string },
  b: { kind: string; namespace: string; name: string },
): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}
