import type { SnapshotView } from '../model/table/snapshot.js';
import type { Decisions } from './decide.js';
import type { PruneOptions } from './options.js';

/**
 * Returns the images (by number) whose manifests can change the decisions, because they may name a subject: OCI images
 * that would be deleted, or that lose a tag item; with `pruneSignatures` also those that only their position keeps. An
 * Image object that contains its manifest is not among them. With the scope `oc`, none.
 * @param decisions made with the subjects that Image objects state
 */
export function subjectCandidates(
  decisions: Decisions,
  { images, streams }: Pick<SnapshotView, 'images' | 'streams'>,
  options: PruneOptions,
): number[] {
  if (options.referrers === 'oc') return [];
  const candidates: number[] = [];
  const isCandidate = new Uint8Array(images.count);
  const mayName = (image: number): boolean => images.oci(image) && !images.statesSubject(image);
  const add = (image: number): void => {
    isCandidate[image] = 1;
    candidates.push(image);
  };
  for (let image = 0; image < images.count; image++) {
    if (!mayName(image)) continue;
    if (!decisions.imageKept(image) || (options.pruneSignatures && images.managed(image))) add(image);
  }
  const { unkeptItems } = decisions;
  for (let at = 0; at < unkeptItems.length; at += 3) {
    const [stream, tag, position] = [unkeptItems[at]!, unkeptItems[at + 1]!, unkeptItems[at + 2]!];
    const image = images.indexOf(streams[stream]!.tags[tag]!.items[position]!.image);
    if (image === -1 || !mayName(image) || isCandidate[image]) continue;
    if (!decisions.item(stream, tag, position).kept) add(image);
  }
  return candidates;
}
