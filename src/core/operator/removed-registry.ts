import type { ClusterApi } from '../cluster/api.js';
import { findIfReadable } from '../cluster/objects.js';
import { ADVICE } from '../model/advice.js';
import { hasCode, RegadmError } from '../model/errors.js';
import { RegistryError } from '../registry/error.js';
import { REMOVED, managementState, type RegistryConfig } from './config.js';
import { CONFIG } from './objects.js';

/** Begins the advice for a registry that the user named. */
const IF_MEANT = 'the integrated registry is removed (managementState Removed): if it is meant,';

/**
 * Explains why the registry cannot be opened, if the operator has removed it: no route and no address helps then.
 * @param isNamed true if the user named the registry, which can be another one
 * @returns the error to throw
 */
export async function explainRemoved(api: ClusterApi, error: unknown, isNamed: boolean): Promise<unknown> {
  const isAbsent =
    hasCode(error, 'REGISTRY_UNKNOWN') || (error instanceof RegistryError && error.kind !== 'certificate');
  if (!isAbsent || !(await isRemoved(api))) return error;
  if (!(error instanceof RegistryError))
    return new RegadmError(`the registry cannot be found: ${REMOVED}`, {
      code: 'REGISTRY_REMOVED',
      suggestions: [ADVICE.apiObjectsOnly],
      cause: error,
    });
  const { url, kind, what, status, code, suggestions, notSent } = error;
  const known = { url, kind, status, notSent, cause: error };
  return isNamed
    ? new RegistryError(what, {
        ...known,
        code,
        suggestions: [...suggestions.filter(isHelpful), `${IF_MEANT} ${ADVICE.apiObjectsOnly}`],
      })
    : new RegistryError(`${REMOVED}: ${what}`, {
        ...known,
        code: 'REGISTRY_REMOVED',
        suggestions: [ADVICE.apiObjectsOnly],
      });
}

/** False for advice that only helps with a registry of the operator. */
function isHelpful(advice: string): boolean {
  return advice !== ADVICE.exposeRegistry && advice !== ADVICE.registryRunning;
}

/** True if the configuration of the operator states it; false if its configuration cannot be read. */
async function isRemoved(api: ClusterApi): Promise<boolean> {
  const config = await findIfReadable<RegistryConfig>(api, CONFIG, { retry: false }).catch(() => undefined);
  return config !== undefined && managementState(config) === 'Removed';
}
