import { hideSecret } from '../../kit/secrets/known.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { NAME_PATTERNS } from '../../storage/names.js';
import { findTrust } from './authorities.js';
import { authorityOf, findCloud } from './azure-clouds.js';
import { directoryOf, endpointOf } from './places.js';
import { secretNamed, type SettingsReader } from './reader.js';
import { credentialProblem, readRegistrySecret } from './registry-secret.js';
import { invalid, type StorageSettings } from './settings.js';
import type { StatedStorage } from './stated.js';
import type { DescribedStore, DescribingContext, RegistryIdentity } from './types.js';

/** The credentials that the cloud credential operator makes for the registry. */
const CLOUD_SECRET = secretNamed('installer-cloud-credentials');

/**
 * Describes a container of Azure by the settings of the registry.
 * @throws RegadmError STORAGE_SETTINGS, STORAGE_CREDENTIALS, FORBIDDEN
 */
export async function describeAzure({ settings }: StatedStorage, context: DescribingContext): Promise<DescribedStore> {
  const account = await settings.required('ACCOUNTNAME', 'accountName');
  const container = await settings.required('CONTAINER', 'container');
  if (!NAME_PATTERNS.azureAccount.test(account)) throw invalid('the name of the account is not valid');
  if (!NAME_PATTERNS.azureContainer.test(container)) throw invalid('the name of the container is not valid');
  const endpoint = await blobUrl(settings, account);
  const key = await findKey(settings, context.reader);
  const { warnings, ...trust } = await findTrust(settings, context, { endpoint });
  const location = {
    ...({ kind: 'azure', account, container, endpoint, ...trust, concurrency: context.choice.concurrency } as const),
    directory: directoryOf(await settings.detail('ROOTDIRECTORY')),
    credentials: typeof key === 'string' ? { key } : undefined,
  };
  return {
    location,
    identity: typeof key === 'string' ? undefined : key,
    warnings,
    advice: settings.isInternal() ? ADVICE.insideNetwork : undefined,
  };
}

/** Returns the blob URL of the account. */
async function blobUrl(settings: StorageSettings, account: string): Promise<string> {
  const url = await settings.detail('SERVICEURL');
  if (url !== undefined) return endpointOf(url, { hasPath: true });
  const name = settings.field('cloudName');
  const realm = (await settings.detail('REALM')) ?? findCloud(name)?.realm;
  if (realm === undefined) throw invalid(`the cloud ${name} needs REGISTRY_STORAGE_AZURE_REALM`);
  return endpointOf(`https://${account}.blob.${realm}`, { hasPath: false });
}

/** Finds the account key, else the identity of the registry: without a key, it logs in with one. */
async function findKey(settings: StorageSettings, reader: SettingsReader): Promise<string | RegistryIdentity> {
  const name = 'REGISTRY_STORAGE_AZURE_ACCOUNTKEY';
  const deployed = await settings.detail('ACCOUNTKEY');
  const own = deployed === undefined ? await identityOf(settings) : undefined;
  if (own) return own;
  const key = deployed ?? (await readRegistrySecret(reader)).get(name)?.trim();
  if (!key) {
    const minted = await mintedIdentity(settings, reader);
    if (minted) return minted;
    throw credentialProblem(`has no ${name}, and the registry has no identity of Microsoft Entra ID`);
  }
  hideSecret(key);
  if (!/^[A-Za-z\d+/]+={0,2}$/.test(key)) throw credentialProblem(`has a ${name} that is not an account key`);
  return key;
}

/** Returns the identity that the variables of the Deployment name. */
async function identityOf(settings: StorageSettings): Promise<RegistryIdentity | undefined> {
  const [clientId, tenantId] = [await settings.other('AZURE_CLIENT_ID'), await settings.other('AZURE_TENANT_ID')];
  return clientId === undefined || tenantId === undefined ? undefined : toIdentity(settings, clientId, tenantId);
}

/**
 * Returns the identity that the cloud credential operator made, if it trusts tokens of the cluster. Without a key, the
 * registry has no other credentials, so if its secret may not be read, only that is in the way.
 */
async function mintedIdentity(
  settings: StorageSettings,
  reader: SettingsReader,
): Promise<RegistryIdentity | undefined> {
  const secret = await reader.findData(CLOUD_SECRET).catch((error: unknown) => {
    if (error instanceof RegadmError && error.code === 'FORBIDDEN') return error;
    throw error;
  });
  if (secret instanceof RegadmError) return { kind: 'azure', problem: secret };
  const [clientId, tenantId] = [secret?.get('azure_client_id'), secret?.get('azure_tenant_id')];
  return secret?.has('azure_federated_token_file') && clientId && tenantId
    ? toIdentity(settings, clientId, tenantId)
    : undefined;
}

async function toIdentity(settings: StorageSettings, clientId: string, tenantId: string): Promise<RegistryIdentity> {
  const named = process.env.AZURE_AUTHORITY_HOST || (await settings.other('AZURE_AUTHORITY_HOST'));
  const authority = named ?? authorityOf(settings.field('cloudName'));
  return { kind: 'azure', clientId, tenantId, authority: endpointOf(authority, { hasPath: true }) };
}
