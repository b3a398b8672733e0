import { ADVICE } from '../../model/advice.js';
import { PULL } from '../../operator/permissions.js';
import type { ClusterChecks } from '../ports.js';
import type { PreflightCheck } from './check.js';
import { checkInNamespaces, type NeededPermission } from './in-namespaces.js';

/**
 * Checks that the user may pull images, which a backup and a verification through the registry need: in the whole
 * cluster, or else in each of these namespaces.
 */
export function checkPull(
  namespaces: readonly string[],
  cluster: Pick<ClusterChecks, 'reviewAccess'>,
  signal?: AbortSignal,
): Promise<PreflightCheck> {
  const needed: NeededPermission = {
    name: 'pull',
    permission: PULL,
    namespaces,
    passes: 'the user may pull the images to read from the registry',
    fails: 'the user may not pull images to save or verify them',
    suggestions: [ADVICE.grantPull, "or read them from the registry's storage: --storage"],
  };
  return checkInNamespaces(needed, cluster, signal);
}
