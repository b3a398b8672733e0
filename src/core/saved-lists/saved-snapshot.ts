import { acceptUnreadable } from '../graph/unreadable.js';
import type { PruneOptions } from '../graph/options.js';
import { messageOf, RegadmError } from '../model/errors.js';
import type { DeclaredSummary } from '../model/referrers/declared-matches.js';
import { buildSnapshot } from '../model/table/build-snapshot.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { imagesPushedTo, missingImagesWarning, missingStreamsWarning, namespacesWithoutStreams } from './missing.js';
import { readSavedLists } from './saved-lists.js';

/** A snapshot from saved lists. */
interface SavedSnapshot {
  snapshot: Snapshot;
  /** Mean size of an Image object, in bytes. */
  imageObjectBytes: number;
  warnings: string[];
  /** Why it is not known which images are in use; only if workloads are optional. */
  usesUnknown?: RegadmError;
  /** What the paths of declared kinds have led to. */
  declared: DeclaredSummary[];
}

/**
 * Reads a snapshot from saved lists, without a cluster and a registry.
 * @param dir a directory, or a `.tar.gz` archive
 * @param how streams `all`: with `--referrers=oc` and `-n`, also the image streams of other namespaces; workloads
 *   `optional`: not needed
 * @throws RegadmError SAVED_LISTS
 */
export async function readSavedSnapshot(
  dir: string,
  options: PruneOptions,
  { streams, workloads }: { streams?: 'all'; workloads?: 'optional' } = {},
): Promise<SavedSnapshot> {
  const { namespace, referrers } = options;
  const { collector, input, ignored, usesUnknown, ...read } = await readSavedLists(dir, { ...options, workloads });
  const warnings = [...ignored, ...read.warnings];
  const { lists } = collector;
  const isInScope = (object: { namespace: string }): boolean =>
    namespace === undefined || object.namespace === namespace;
  const snapshot = inSnapshot(dir, () => buildSnapshot(lists));
  for (const referrer of [...collector.custom, ...collector.declared.referrers]) snapshot.referrers.push(referrer);
  const withoutStreams = namespacesWithoutStreams(collector, snapshot, options);
  warnings.push(...missingStreamsWarning(withoutStreams, collector, input));
  snapshot.saved = { withoutStreams: imagesPushedTo(withoutStreams, collector) };
  warnings.push(...missingImagesWarning(snapshot, options, input));
  warnings.push(...acceptUnreadable(snapshot, options.ignoreUnreadable));
  if (referrers !== 'oc') snapshot.images.gaps.needPossible();
  if (referrers === 'oc') {
    snapshot.referrers = snapshot.referrers.filter(isInScope);
    if (streams !== 'all') snapshot.streams = snapshot.streams.filter(isInScope);
  }
  const bytes = (lists.images ?? []).reduce((sum, image) => sum + JSON.stringify(image).length, 0);
  const { count } = snapshot.images;
  const declared = collector.declared.summaries();
  return { snapshot, imageObjectBytes: count > 0 ? bytes / count : 0, warnings, usesUnknown, declared };
}

/** Builds a snapshot. @throws RegadmError SAVED_LISTS if an object has a field of an unexpected type */
export function inSnapshot(dir: string, build: () => Snapshot): Snapshot {
  try {
    return build();
  } catch (cause) {
    const suggestions = ['save the list again'];
    throw new RegadmError(`--from ${dir}: ${messageOf(cause)}`, { code: 'SAVED_LISTS', cause, suggestions });
  }
}
