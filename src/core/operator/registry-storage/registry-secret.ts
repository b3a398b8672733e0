import { describeObject } from '../../cluster/objects.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { secretNamed, type SettingsReader } from './reader.js';

/** The secret that the operator writes and the registry's pods mount. */
const REGISTRY_SECRET = secretNamed('image-registry-private-configuration');

/** Reads the credentials of the registry. @throws RegadmError STORAGE_CREDENTIALS if they do not exist, FORBIDDEN */
export async function readRegistrySecret(reader: SettingsReader): Promise<ReadonlyMap<string, string>> {
  const data = await reader.findData(REGISTRY_SECRET);
  if (data) return data;
  throw credentialProblem('does not exist');
}

/** Creates the error for a secret of the registry that has no usable credentials. @param what a predicate */
export function credentialProblem(what: string): RegadmError {
  return new RegadmError(
    `there are no credentials for the registry's storage: ${describeObject(REGISTRY_SECRET)} ${what}`,
    { code: 'STORAGE_CREDENTIALS', suggestions: [ADVICE.showStorageSecret, ADVICE.nameStorage] },
  );
}
