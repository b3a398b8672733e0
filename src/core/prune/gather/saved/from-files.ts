import { messageOf, RegadmError } from '../../../model/errors.js';
import type { KubeObject } from '../../../model/kube.js';
import { buildSnapshot } from '../../../model/table/build-snapshot.js';
import { freezeSnapshot, type Snapshot } from '../../../model/table/snapshot.js';
import type { PruneOptions } from '../../../graph/options.js';
import { acceptUnreadable } from '../../../graph/unreadable.js';
import type { Evidence } from '../../plan/evidence.js';
import { readSavedLists } from './saved-lists.js';

/** Evidence from saved lists. */
interface SavedEvidence {
  evidence: Evidence;
  /** Resources with uses that were not saved, and need not be. */
  notVisible: string[];
  /** Mean size of an Image object, in bytes. */
  imageObjectBytes: number;
  warnings: string[];
}

/**
 * Reads the evidence for a plan from saved lists, without a cluster and a registry. A missing list of objects that use
 * images is an error: only an empty list shows that nothing uses them.
 * @param now this machine's clock, ms since the epoch
 * @throws RegadmError SAVED_LISTS
 */
export async function gatherFromFiles(dir: string, options: PruneOptions, now: number): Promise<SavedEvidence> {
  const { lists, missing } = await readSavedLists(dir);
  if (missing.length > 0) throw missingLists(dir, missing);
  const { namespace, referrers } = options;
  const isInScope = (object: { namespace: string }): boolean =>
    namespace === undefined || object.namespace === namespace;
  const snapshot = snapshotOf(lists, dir);
  const warnings = acceptUnreadable(snapshot, options.ignoreUnreadable);
  if (referrers === 'oc') {
    snapshot.referrers = snapshot.referrers.filter(isInScope);
    snapshot.streams = snapshot.streams.filter(isInScope);
  }
  const bytes = (lists.images ?? []).reduce((sum, image) => sum + JSON.stringify(image).length, 0);
  return {
    evidence: Object.freeze({ snapshot: freezeSnapshot(snapshot), now }),
    notVisible: lists.controllerrevisions || referrers === 'oc' ? [] : ['controllerrevisions.apps'],
    imageObjectBytes: snapshot.images.count > 0 ? bytes / snapshot.images.count : 0,
    warnings,
  };
}

function snapshotOf(lists: Record<string, KubeObject[]>, dir: string): Snapshot {
  try {
    return buildSnapshot(lists);
  } catch (cause) {
    throw new RegadmError(`--from ${dir}: ${messageOf(cause)}`, { code: 'SAVED_LISTS', cause });
  }
}

function missingLists(dir: string, missing: string[]): RegadmError {
  const [first] = missing;
  return new RegadmError(
    `--from ${dir}: no list of ${missing.join(', ')} found; cannot tell which images these objects use`,
    {
      code: 'SAVED_LISTS',
      suggestions: [`save them too, even empty lists: oc get ${first} -A -o json > ${dir}/${first}.json`],
    },
  );
}
