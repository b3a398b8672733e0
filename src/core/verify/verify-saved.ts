import { RegadmError, hasCode } from '../model/errors.js';
import { readSavedImages } from '../saved-lists/saved-images.js';
import type { VerificationPorts } from '../verification/gather/read-cluster.js';
import type { VerifyReport } from './report.js';
import type { VerifyRequest } from './request.js';
import { verifyLists } from './verify.js';

const NOT_CURRENT =
  'verified against saved lists: images that were deleted since they were saved look broken, images that were pushed since are not verified, and orphaned blobs are not counted';
const NO_TOKEN = "pass a token of the registry's cluster with --token, such as the output of: oc whoami -t";

/**
 * Checks whether every image that saved lists contain can be pulled, without a cluster: only the registry, or the
 * storage, that the user named is contacted. Changes nothing.
 * @param dir a directory, or an archive
 * @throws RegadmError SAVED_LISTS; and with exit status 1 if it cannot be checked at all
 */
export async function verifySaved(
  dir: string,
  { reporter, signal }: Pick<VerificationPorts, 'reporter' | 'signal'>,
  request: VerifyRequest,
): Promise<VerifyReport> {
  const now = Date.now();
  reporter.phase('reading files');
  const { snapshot, warnings } = await readSavedImages(dir);
  const first = [...warnings, NOT_CURRENT];
  for (const line of first) reporter.warning(line);
  try {
    const { verification, ...report } = await verifyLists({ saved: { snapshot, now }, reporter, signal }, request);
    const { orphanedBlobs: _, ...summary } = verification.summary;
    return { ...report, verification: { ...verification, summary }, warnings: [...first, ...report.warnings] };
  } catch (error) {
    throw withAdvice(error, 'registry' in request && request.registry.token === undefined);
  }
}

/** Replaces advice about the cluster that regadm connects to, and about the user of a kubeconfig. */
function withAdvice(error: unknown, hasNoToken: boolean): unknown {
  const suggestions = hasCode(error, 'OTHER_STORAGE')
    ? ['check --storage, and that the lists were saved from its cluster; nothing was called broken']
    : hasNoToken && hasCode(error, 'REGISTRY_UNAUTHORIZED')
      ? [NO_TOKEN]
      : undefined;
  if (!suggestions || !(error instanceof RegadmError)) return error;
  const { code, exitCode } = error;
  return new RegadmError(error.message, { code, exitCode, suggestions, cause: error });
}
