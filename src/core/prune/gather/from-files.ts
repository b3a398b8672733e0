import { messageOf, RegadmError } from '../../model/errors.js';
import { buildSnapshot } from '../../model/table/build-snapshot.js';
import { freezeSnapshot, type Snapshot } from '../../model/table/snapshot.js';
import type { PruneOptions } from '../../graph/options.js';
import { acceptUnreadable } from '../../graph/unreadable.js';
import type { Evidence } from '../plan/evidence.js';
import type { Lists } from '../../saved-lists/collector.js';
import {
  imagesPushedTo,
  missingImagesWarning,
  missingStreamsWarning,
  namespacesWithoutStreams,
} from '../../saved-lists/missing.js';
import { readSavedLists } from '../../saved-lists/saved-lists.js';

/** Evidence from saved lists. */
interface SavedEvidence {
  evidence: Evidence;
  /** Mean size of an Image object, in bytes. */
  imageObjectBytes: number;
  warnings: string[];
}

/**
 * Reads the evidence for a plan from saved lists, without a cluster and a registry.
 * @param dir a directory, or a `.tar.gz` archive
 * @param now this machine's clock, ms since the epoch
 * @throws RegadmError SAVED_LISTS
 */
export async function gatherFromFiles(dir: string, options: PruneOptions, now: number): Promise<SavedEvidence> {
  const { namespace, referrers } = options;
  const { collector, input, warnings } = await readSavedLists(dir, options);
  const { lists } = collector;
  const isInScope = (object: { namespace: string }): boolean =>
    namespace === undefined || object.namespace === namespace;
  const snapshot = snapshotOf(lists, dir);
  const withoutStreams = namespacesWithoutStreams(collector, snapshot, options);
  warnings.push(...missingStreamsWarning(withoutStreams, collector, input));
  snapshot.saved = { withoutStreams: imagesPushedTo(withoutStreams, collector) };
  warnings.push(...missingImagesWarning(snapshot, options, input));
  warnings.push(...acceptUnreadable(snapshot, options.ignoreUnreadable));
  if (referrers !== 'oc') snapshot.images.gaps.needPossible();
  if (referrers === 'oc') {
    snapshot.referrers = snapshot.referrers.filter(isInScope);
    snapshot.streams = snapshot.streams.filter(isInScope);
  }
  const bytes = (lists.images ?? []).reduce((sum, image) => sum + JSON.stringify(image).length, 0);
  return {
    evidence: Object.freeze({ snapshot: freezeSnapshot(snapshot), now }),
    imageObjectBytes: snapshot.images.count > 0 ? bytes / snapshot.images.count : 0,
    warnings,
  };
}

function snapshotOf(lists: Lists, dir: string): Snapshot {
  try {
    return buildSnapshot(lists);
  } catch (cause) {
    const suggestions = ['save the list again'];
    throw new RegadmError(`--from ${dir}: ${messageOf(cause)}`, { code: 'SAVED_LISTS', cause, suggestions });
  }
}
