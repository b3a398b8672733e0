import { Decisions } from '../graph/decide.js';
import { toUseOptions } from '../graph/options.js';
import { subjectCandidates } from '../graph/subject-candidates.js';
import { collectUses, type UseIndex } from '../graph/uses.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { withChanges, type Change, type Situation } from './changes.js';

/** A situation with its decisions. */
export interface Decided extends Situation {
  uses: UseIndex;
  decisions: Decisions;
}

/**
 * Decides a situation as `prune images` does: a subject that only a manifest in the registry names counts only if the
 * decision without it would not keep the image or its tag items. The caller handles invalid references.
 */
export function decide(situation: Situation): Decided {
  const { snapshot, options, now } = situation;
  const uses = collectUses(snapshot.referrers, snapshot.digests, toUseOptions(options, now, snapshot.streams));
  const decideWith = (manifests: Pick<Snapshot, 'subjects' | 'unreadManifests'>): Decisions =>
    new Decisions({ snapshot: { ...snapshot, ...manifests }, uses, options, now });
  const draft = decideWith({ subjects: snapshot.images.statedSubjects, unreadManifests: new Map() });
  const { unreadManifests } = snapshot;
  const subjects = subjectsThatCount(draft, situation);
  const isFinal = subjects.size + unreadManifests.size === snapshot.images.statedSubjects.size;
  return { ...situation, uses, decisions: isFinal ? draft : decideWith({ subjects, unreadManifests }) };
}

function subjectsThatCount(draft: Decisions, { snapshot, options }: Situation): Snapshot['subjects'] {
  const { subjects, images } = snapshot;
  const { statedSubjects } = images;
  if (subjects.size === statedSubjects.size) return statedSubjects;
  const candidates = new Set(subjectCandidates(draft, snapshot, options));
  return new Map([...subjects].filter(([image]) => statedSubjects.has(image) || candidates.has(images.indexOf(image))));
}

/** Decides the situation after these changes. */
export function decideWith(situation: Situation, changes: readonly Change[]): Decided {
  return decide(withChanges(situation, changes));
}

/** Returns true if the image exists and would be pruned. */
export function goes({ snapshot, decisions }: Decided, digest: number): boolean {
  const image = snapshot.images.indexOf(digest);
  return image !== -1 && !decisions.imageKept(image);
}

/** Numbers of what would be pruned. */
export interface Extent {
  images: number;
  tagItems: number;
}

/** Counts what would be pruned. */
export function extentOf({ snapshot, decisions }: Decided): Extent {
  const extent = { images: 0, tagItems: 0 };
  for (let image = 0; image < snapshot.images.count; image++) if (!decisions.imageKept(image)) extent.images++;
  snapshot.streams.forEach(({ tags }, stream) =>
    tags.forEach(({ items }, tag) =>
      items.forEach((_item, position) => {
        if (!decisions.item(stream, tag, position).kept) extent.tagItems++;
      }),
    ),
  );
  return extent;
}
