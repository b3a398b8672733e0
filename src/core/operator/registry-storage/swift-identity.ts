import { hideSecret } from '../../kit/secrets/known.js';
import type { SettingsReader } from './reader.js';
import { credentialProblem, readRegistrySecret } from './registry-secret.js';
import { invalid, type StorageSettings } from './settings.js';

/** Reads credentials: from the variables of the Deployment, which the operator fills from the secret, or the secret. */
class SwiftSecrets {
  private secret: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(
    readonly settings: StorageSettings,
    private readonly reader: SettingsReader,
  ) {}

  /** Returns a password, a token or another secret. */
  async find(name: string): Promise<string | undefined> {
    const value = await this.read(name);
    hideSecret(value);
    return value;
  }

  /** Returns a name or an ID, which is not a secret. @throws RegadmError STORAGE_CREDENTIALS */
  async name(name: string): Promise<string> {
    return this.assertThere(name, await this.read(name));
  }

  /** Returns a secret that must be there. @throws RegadmError STORAGE_CREDENTIALS */
  async required(name: string): Promise<string> {
    return this.assertThere(name, await this.find(name));
  }

  private async read(name: string): Promise<string | undefined> {
    return (await this.settings.detail(name)) ?? (await this.inSecret(name));
  }

  private assertThere(name: string, value: string | undefined): string {
    if (value !== undefined) return value;
    throw credentialProblem(`has no REGISTRY_STORAGE_SWIFT_${name}`);
  }

  private async inSecret(name: string): Promise<string | undefined> {
    this.secret ??= readRegistrySecret(this.reader);
    return (await this.secret).get(`REGISTRY_STORAGE_SWIFT_${name}`)?.trim() || undefined;
  }
}

/** Reads the user and the key of a v1 login. @throws RegadmError STORAGE_CREDENTIALS, FORBIDDEN */
export async function readUser(
  settings: StorageSettings,
  reader: SettingsReader,
): Promise<{ user: string; key: string }> {
  const secrets = new SwiftSecrets(settings, reader);
  return { user: await secrets.name('USERNAME'), key: await secrets.required('PASSWORD') };
}

/**
 * Reads the identity of a login with Keystone v3: an application credential, a token, or a user and a password.
 * @throws RegadmError STORAGE_SETTINGS, STORAGE_CREDENTIALS, FORBIDDEN
 */
export async function readIdentity(
  settings: StorageSettings,
  reader: SettingsReader,
): Promise<{ identity: object; scope?: object }> {
  const secrets = new SwiftSecrets(settings, reader);
  if ((await settings.detail('TRUSTID')) !== undefined) throw invalid('trusts of Keystone are not supported');
  const secret = await secrets.find('APPLICATIONCREDENTIALSECRET');
  if (secret !== undefined) return { identity: await applicationCredential(secrets, secret) };
  const id = await secrets.find('TOKENID');
  const identity =
    id === undefined
      ? {
          methods: ['password'],
          password: { user: { ...(await userOf(secrets)), password: await secrets.required('PASSWORD') } },
        }
      : { methods: ['token'], token: { id } };
  return { identity, scope: await scopeOf(settings) };
}

async function applicationCredential(secrets: SwiftSecrets, secret: string): Promise<object> {
  const id = await secrets.find('APPLICATIONCREDENTIALID');
  const credential =
    id === undefined ? { name: await secrets.name('APPLICATIONCREDENTIALNAME'), user: await userOf(secrets) } : { id };
  return { methods: ['application_credential'], application_credential: { ...credential, secret } };
}

async function userOf(secrets: SwiftSecrets): Promise<object> {
  return { name: await secrets.name('USERNAME'), domain: await domainOf(secrets.settings) };
}

/** Returns the project of the token; undefined for the default project of the user. */
async function scopeOf(settings: StorageSettings): Promise<object | undefined> {
  const id = await settings.detail('TENANTID', 'tenantID');
  if (id !== undefined) return { project: { id } };
  const name = await settings.detail('TENANT', 'tenant');
  if (name === undefined) return undefined;
  const [domain, domainId] = [await settings.detail('TENANTDOMAIN'), await settings.detail('TENANTDOMAINID')];
  if (domainId !== undefined) return { project: { name, domain: { id: domainId } } };
  return { project: { name, domain: domain === undefined ? await domainOf(settings) : { name: domain } } };
}

async function domainOf(settings: StorageSettings): Promise<object> {
  const id = await settings.detail('DOMAINID', 'domainID');
  if (id !== undefined) return { id };
  const name = await settings.detail('DOMAIN', 'domain');
  return name === undefined ? { id: 'default' } : { name };
}
