import { buildSnapshot } from '../model/table/build-snapshot.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { missingImagesWarning, missingStreamsWarning, namespacesWithoutStreams } from './missing.js';
import { readSavedLists } from './saved-lists.js';
import { inSnapshot } from './saved-snapshot.js';

const NEEDS = { referrers: 'extended', pruneOverSizeLimit: false, workloads: 'optional' } as const;

/** Images, image streams and workloads from saved lists. */
interface SavedImages {
  snapshot: Snapshot;
  warnings: string[];
}

/**
 * Reads what a verification needs from saved lists: images, image streams and, to name the users of broken images,
 * those workloads that the files contain.
 * @param dir a directory, or an archive
 * @throws RegadmError SAVED_LISTS
 */
export async function readSavedImages(dir: string): Promise<SavedImages> {
  const { collector, input, ignored, usesUnknown } = await readSavedLists(dir, NEEDS);
  const snapshot = inSnapshot(dir, () => buildSnapshot(collector.lists));
  const unlisted = namespacesWithoutStreams(collector, snapshot, NEEDS);
  const noUsers = usesUnknown ? [usesUnknown.message, ...usesUnknown.suggestions].join('; ') : undefined;
  return {
    snapshot,
    warnings: [
      ...ignored,
      ...(noUsers === undefined ? [] : [`not every object that uses broken images is named: ${noUsers}`]),
      ...missingStreamsWarning(unlisted, collector, input, 'their images are not verified'),
      ...missingImagesWarning(snapshot, NEEDS, input, 'what they need is read from their manifests'),
    ],
  };
}
