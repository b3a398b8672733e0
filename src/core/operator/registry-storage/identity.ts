import type { ClusterApi } from '../../cluster/api.js';
import { requestToken } from '../../cluster/token-request.js';
import { defineResource } from '../../cluster/resources.js';
import { ADVICE } from '../../model/advice.js';
import { messageOf, RegadmError, suggestionsOf } from '../../model/errors.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import type { AzureCredentials, S3Credentials } from '../../storage/credentials.js';
import { renewing } from '../../storage/identity/renewing.js';
import type { ObjectStoreLocation } from '../../storage/location.js';
import type { OpenOptions } from '../../storage/open.js';
import type { DescribedStore, RegistryIdentity, UnreadableIdentity } from './types.js';

/** The registry's storage with its credentials. */
export interface LocatedStorage extends Omit<DescribedStore, 'identity'> {
  /** True if the credentials are the user's: those of the registry could not be used. */
  isOwn: boolean;
}

/** The service account of the registry's pods. */
export const REGISTRY_ACCOUNT = {
  resource: defineResource('v1', 'serviceaccounts', 'ServiceAccount'),
  namespace: REGISTRY_NAMESPACE,
  name: 'registry',
};
/** The audience that the identities of OpenShift's operators trust. */
const AUDIENCE = 'openshift';
const LIFETIME_SECONDS = 3600;

/**
 * Adds the credentials of the registry's identity: a token of its service account is exchanged for them, again before
 * they expire. If that is not possible, the user's own credentials are used, with a warning.
 * @throws RegadmError STORAGE_CREDENTIALS if the user has no credentials; the signal's reason if it aborts
 */
export async function withIdentity(
  api: ClusterApi,
  { identity, ...described }: DescribedStore,
  options: OpenOptions,
): Promise<LocatedStorage> {
  if (!identity) return { ...described, isOwn: false };
  const { location, warnings } = described;
  try {
    if ('problem' in identity) throw identity.problem;
    const current = await exchange(api, identity, { location, options });
    await current();
    return { ...described, location: { ...location, credentials: current } as ObjectStoreLocation, isOwn: false };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof RegadmError)) throw error;
    await assertOwnCredentials(identity, error);
    const warning = `the identity of the registry cannot be used (${error.message}): your own credentials are used`;
    return { ...described, warnings: [...warnings, warning], isOwn: true };
  }
}

/** Returns what exchanges a token for the credentials that are valid now. */
async function exchange(
  api: ClusterApi,
  identity: Exclude<RegistryIdentity, UnreadableIdentity>,
  { location, options }: { location: ObjectStoreLocation; options: OpenOptions },
): Promise<() => Promise<S3Credentials | AzureCredentials>> {
  const { log, signal, onRequest } = options;
  const connect = { authorities: location.authorities, concurrency: 1, log, signal, onRequest };
  const token = (): Promise<string> =>
    requestToken(api, REGISTRY_ACCOUNT, { audience: AUDIENCE, lifetimeSeconds: LIFETIME_SECONDS, signal });
  if (identity.kind === 'aws') {
    const { assumeRole } = await import('../../storage/identity/sts.js');
    return renewing(async () => assumeRole({ ...identity, token: await token() }, connect));
  }
  const { requestStorageToken } = await import('../../storage/identity/entra.js');
  return renewing(async () => requestStorageToken({ ...identity, token: await token() }, connect));
}

/** @throws RegadmError STORAGE_CREDENTIALS that names both problems if the user has no credentials */
async function assertOwnCredentials(identity: RegistryIdentity, problem: RegadmError): Promise<void> {
  try {
    if (identity.kind === 'aws') {
      const { findCredentials } = await import('../../storage/objects/s3/credentials.js');
      await findCredentials({ env: process.env });
    } else {
      const { readAzureCredentials } = await import('../../storage/objects/azure/settings.js');
      readAzureCredentials(process.env);
    }
  } catch (own) {
    if (!(own instanceof RegadmError)) throw own;
    throw new RegadmError(`the identity of the registry cannot be used: ${problem.message}; and ${messageOf(own)}`, {
      code: 'STORAGE_CREDENTIALS',
      suggestions: [...('problem' in identity ? problem.suggestions : [ADVICE.grantTokens]), ...suggestionsOf([own])],
      cause: problem,
    });
  }
}
