import { hideSecret } from '../../kit/secrets/known.js';
import type { S3Credentials } from '../../storage/credentials.js';
import { parseIni } from '../../storage/objects/s3/ini.js';
import { credentialProblem, readRegistrySecret } from './registry-secret.js';
import type { StorageSettings } from './settings.js';
import type { LocatingContext } from './types.js';

/** Key of the secret with a file in the format of AWS's shared credentials file. */
const FILE = 'credentials';

/**
 * Finds the access key of the registry: in the variables of the Deployment, else in the secret.
 * @throws RegadmError STORAGE_CREDENTIALS, FORBIDDEN
 */
export async function findS3Credentials(settings: StorageSettings, context: LocatingContext): Promise<S3Credentials> {
  const names = ['ACCESSKEY', 'SECRETKEY', 'SESSIONTOKEN'];
  const [id, key, token] = await Promise.all(names.map((name) => settings.detail(name)));
  if (id !== undefined && key !== undefined) return credentials(id, key, token);
  const secret = await readRegistrySecret(context);
  const profile = await profileIn(secret.get(FILE), settings);
  if (profile) {
    const found = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'].map((name) => profile.get(name));
    if (found[0] && found[1]) return credentials(found[0], found[1], found[2]);
    throw credentialProblem(`has no ${found[0] ? 'aws_secret_access_key' : 'aws_access_key_id'} in its key ${FILE}`);
  }
  const [ofSecret, keyOfSecret] = names.map((name) => secret.get(`REGISTRY_STORAGE_S3_${name}`)?.trim());
  if (ofSecret && keyOfSecret) return credentials(ofSecret, keyOfSecret);
  throw credentialProblem(`has neither ${FILE} nor REGISTRY_STORAGE_S3_ACCESSKEY and REGISTRY_STORAGE_S3_SECRETKEY`);
}

/** Returns the profile that the registry uses: that of its variable `AWS_PROFILE`, `default`, or the only one. */
async function profileIn(
  text: string | undefined,
  settings: StorageSettings,
): Promise<Map<string, string> | undefined> {
  if (text === undefined) return undefined;
  const profiles = parseIni(text);
  const name = await settings.other('AWS_PROFILE');
  const profile =
    profiles.get(name ?? 'default') ??
    (name === undefined && profiles.size === 1 ? [...profiles.values()][0] : undefined);
  if (profile) return profile;
  throw credentialProblem(`has no profile ${name ?? 'default'} in its key ${FILE}`);
}

function credentials(accessKeyId: string, secretAccessKey: string, sessionToken?: string): S3Credentials {
  for (const secret of [accessKeyId, secretAccessKey, sessionToken]) hideSecret(secret);
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}
