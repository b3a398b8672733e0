import { hideSecret } from '../../../kit/secrets/known.js';
import { RegadmError } from '../../../model/errors.js';
import type { SwiftLogin } from '../../credentials.js';

const V1 = ['ST_AUTH', 'ST_USER', 'ST_KEY'] as const;

/**
 * Reads how to log in from the environment: `OS_*` (Keystone v3) or `ST_*` (v1).
 * @throws RegadmError STORAGE_CREDENTIALS that names the missing variables
 */
export function readSwiftLogin(env: NodeJS.ProcessEnv): SwiftLogin {
  const values = withoutEmpty(env);
  for (const name of ['ST_KEY', 'OS_PASSWORD', 'OS_APPLICATION_CREDENTIAL_SECRET']) hideSecret(values[name]);
  if (values.OS_AUTH_URL !== undefined && values.ST_AUTH !== undefined)
    throw problem('both OS_AUTH_URL and ST_AUTH are set', ['unset the one that does not belong to this storage']);
  return values.OS_AUTH_URL === undefined ? v1(values) : v3(values, values.OS_AUTH_URL);
}

type Values = Partial<Record<string, string>>;

function v1(values: Values): SwiftLogin {
  const missing = V1.filter((name) => values[name] === undefined);
  if (missing.length === V1.length)
    throw problem('there are no credentials for Swift in the environment', [
      'set the OS_* variables of Keystone v3 (an openrc file sets them), or ST_AUTH, ST_USER and ST_KEY',
    ]);
  if (missing.length > 0) throw problem(`${missing.join(' and ')} is not set`, [`set ${missing.join(' and ')}`]);
  return { version: 1, authUrl: checkedUrl('ST_AUTH', values.ST_AUTH!), user: values.ST_USER!, key: values.ST_KEY! };
}

function v3(values: Values, url: string): SwiftLogin {
  if (values.OS_IDENTITY_API_VERSION?.startsWith('2'))
    throw problem('Keystone v2 is not supported', ['use Keystone v3: set OS_IDENTITY_API_VERSION=3']);
  const authUrl = checkedUrl('OS_AUTH_URL', url).replace(/\/+$/, '').replace(/\/v3$/, '');
  const [region, facing] = [values.OS_REGION_NAME, values.OS_INTERFACE ?? values.OS_ENDPOINT_TYPE ?? 'public'];
  const common = { version: 3, authUrl, region, interface: facing.replace(/URL$/, '') } as const;
  const secret = values.OS_APPLICATION_CREDENTIAL_SECRET;
  if (secret !== undefined) return { ...common, identity: applicationCredential(values, secret) };
  if (values.OS_PASSWORD === undefined)
    throw problem('neither OS_PASSWORD nor OS_APPLICATION_CREDENTIAL_SECRET is set', ['set one of them']);
  const user = { ...owner(values, 'OS_USERNAME', 'OS_USER_ID', 'OS_USER_DOMAIN'), password: values.OS_PASSWORD };
  return { ...common, identity: { methods: ['password'], password: { user } }, scope: scopeOf(values) };
}

function applicationCredential(values: Values, secret: string): object {
  const id = values.OS_APPLICATION_CREDENTIAL_ID;
  const name = values.OS_APPLICATION_CREDENTIAL_NAME;
  if (id === undefined && name === undefined)
    throw problem('OS_APPLICATION_CREDENTIAL_SECRET is set without OS_APPLICATION_CREDENTIAL_ID', [
      'set OS_APPLICATION_CREDENTIAL_ID',
    ]);
  const credential =
    id === undefined ? { name, user: owner(values, 'OS_USERNAME', 'OS_USER_ID', 'OS_USER_DOMAIN') } : { id };
  return { methods: ['application_credential'], application_credential: { ...credential, secret } };
}

function scopeOf(values: Values): object {
  const names = { ...values, OS_PROJECT_NAME: values.OS_PROJECT_NAME ?? values.OS_TENANT_NAME };
  const ids = { ...names, OS_PROJECT_ID: values.OS_PROJECT_ID ?? values.OS_TENANT_ID };
  return { project: owner(ids, 'OS_PROJECT_NAME', 'OS_PROJECT_ID', 'OS_PROJECT_DOMAIN') };
}

/** Returns an ID, or a name with its domain. */
function owner(values: Values, name: string, id: string, domain: string): object {
  if (values[id] !== undefined) return { id: values[id] };
  if (values[name] === undefined) throw problem(`neither ${name} nor ${id} is set`, ['set one of them']);
  const domainId = values[`${domain}_ID`] ?? (values[`${domain}_NAME`] === undefined ? 'default' : undefined);
  return { name: values[name], domain: domainId === undefined ? { name: values[`${domain}_NAME`] } : { id: domainId } };
}

function checkedUrl(name: string, text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw problem(`${name} is not a URL of the form https://HOST:PORT/PATH`, [`correct ${name}`]);
}

function withoutEmpty(env: NodeJS.ProcessEnv): Values {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function problem(what: string, suggestions: string[]): RegadmError {
  return new RegadmError(`cannot log in to Swift: ${what}`, { code: 'STORAGE_CREDENTIALS', suggestions });
}
