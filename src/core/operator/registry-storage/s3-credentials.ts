import { hideSecret } from '../../kit/secrets/known.js';
import type { S3Credentials } from '../../storage/credentials.js';
import { parseIni } from '../../storage/objects/s3/ini.js';
import type { SettingsReader } from './reader.js';
import { credentialProblem, readRegistrySecret } from './registry-secret.js';
import type { StorageSettings } from './settings.js';

/** Key of the secret with a file in the format of AWS's shared credentials file. */
const FILE = 'credentials';
const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;

/**
 * Finds what the registry logs in to S3 with: an access key in the variables of the Deployment, or an access key or a
 * role in the secret.
 * @throws RegadmError STORAGE_CREDENTIALS, FORBIDDEN
 */
export async function findS3Credentials(
  settings: StorageSettings,
  reader: SettingsReader,
): Promise<S3Credentials | { roleArn: string }> {
  const names = ['ACCESSKEY', 'SECRETKEY', 'SESSIONTOKEN'];
  const [id, key, token] = await Promise.all(names.map((name) => settings.detail(name)));
  if (id !== undefined && key !== undefined) return credentials(id, key, token);
  const secret = await readRegistrySecret(reader);
  const text = secret.get(FILE);
  if (text !== undefined) return fromProfile(await profileIn(text, settings));
  const [ofSecret, keyOfSecret] = names.map((name) => secret.get(`REGISTRY_STORAGE_S3_${name}`)?.trim());
  if (ofSecret && keyOfSecret) return credentials(ofSecret, keyOfSecret);
  throw credentialProblem(`has neither ${FILE} nor REGISTRY_STORAGE_S3_ACCESSKEY and REGISTRY_STORAGE_S3_SECRETKEY`);
}

/**
 * Returns the profile that the registry uses: that of its variable `AWS_PROFILE`, or `default`.
 * @throws RegadmError STORAGE_CREDENTIALS: with other profiles alone, the registry itself cannot log in
 */
async function profileIn(text: string, settings: StorageSettings): Promise<Map<string, string>> {
  const profiles = parseIni(text);
  const name = (await settings.other('AWS_PROFILE')) ?? 'default';
  const profile = profiles.get(name);
  if (profile) return profile;
  const others = profiles.size === 0 ? '' : ', the one that the registry uses, but others';
  throw credentialProblem(`has no profile ${name} in its key ${FILE}${others}`);
}

/** Keys precede a role, as in AWS's own programs. */
function fromProfile(profile: Map<string, string>): S3Credentials | { roleArn: string } {
  const [id, key] = [profile.get('aws_access_key_id'), profile.get('aws_secret_access_key')];
  if (id && key) return credentials(id, key, profile.get('aws_session_token'));
  const roleArn = profile.get('role_arn');
  if (!roleArn)
    throw credentialProblem(`has no ${id ? 'aws_secret_access_key' : 'aws_access_key_id'} in its key ${FILE}`);
  if (!profile.has('web_identity_token_file'))
    throw credentialProblem(`names a role without web_identity_token_file in its key ${FILE}`);
  if (!ROLE.test(roleArn)) throw credentialProblem(`has a role_arn in its key ${FILE} that is not the ARN of a role`);
  return { roleArn };
}

function credentials(accessKeyId: string, secretAccessKey: string, sessionToken?: string): S3Credentials {
  for (const secret of [accessKeyId, secretAccessKey, sessionToken]) hideSecret(secret);
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}
