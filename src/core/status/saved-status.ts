import type { Reporter } from '../kit/reporter.js';
import { declaredWarnings } from '../model/referrers/declared-matches.js';
import { invalidNameWarnings } from '../model/table/invalid-name-warnings.js';
import type { Unavailable } from '../operator/state.js';
import { notCurrentWarning } from '../saved-lists/not-current.js';
import { readSavedSnapshot } from '../saved-lists/saved-snapshot.js';
import { OPTIONS, freeable, gridWarnings } from './freeable.js';
import { measurePulls } from './pulled.js';
import type { RegistryStatusReport } from './report.js';
import type { StatusRequest } from './request.js';
import { measureSpace } from './space.js';

const REGISTRY: Unavailable = {
  what: 'the registry',
  message: 'the saved lists do not show its storage, capacity, mode, replicas, routes, cache and conditions',
};

/**
 * Finds out from saved lists who uses the registry's space and, if they have the workloads, what prunes would free;
 * without a cluster.
 * @param dir a directory, or an archive
 * @throws RegadmError SAVED_LISTS
 */
export async function savedStatus(
  dir: string,
  request: Omit<StatusRequest, 'storage'>,
  reporter: Reporter,
): Promise<RegistryStatusReport> {
  const now = Date.now();
  reporter.phase('reading files');
  const saved = await readSavedSnapshot(dir, OPTIONS, { workloads: 'optional' });
  const { snapshot, usesUnknown, imageObjectBytes } = saved;
  const unavailable = [REGISTRY];
  if (usesUnknown) {
    const { message, suggestions = [] } = usesUnknown;
    unavailable.push({ what: 'what a prune would free', message: [message, ...suggestions].join('; ') });
  }
  for (const line of [...saved.warnings, ...invalidNameWarnings(snapshot), ...declaredWarnings(saved.declared)])
    reporter.warning(line);
  const found = usesUnknown ? undefined : freeable({ snapshot, now }, request, reporter);
  if (found) {
    for (const line of gridWarnings({ snapshot, custom: { notVisible: [] } }, found)) reporter.warning(line);
    reporter.warning(notCurrentWarning('shown'));
  }
  return {
    now,
    from: dir,
    registry: { unavailable },
    space: measureSpace(snapshot, now),
    pulled: request.pulls && measurePulls(snapshot, request.pulls, now),
    freeable: found,
    imageObjectBytes,
  };
}
