import type { SwiftLogin } from '../../storage/credentials.js';
import { NAME_PATTERNS } from '../../storage/names.js';
import { findTrust } from './authorities.js';
import { adviceFor, directoryOf, endpointOf } from './places.js';
import { invalid, type StorageSettings } from './settings.js';
import type { StatedStorage } from './stated.js';
import { readIdentity, readUser } from './swift-identity.js';
import type { DescribedStore, DescribingContext } from './types.js';

/**
 * Describes a container of Swift by the settings of the registry.
 * @throws RegadmError STORAGE_SETTINGS, STORAGE_CREDENTIALS, FORBIDDEN
 */
export async function describeSwift({ settings }: StatedStorage, context: DescribingContext): Promise<DescribedStore> {
  const container = await settings.required('CONTAINER', 'container');
  if (!NAME_PATTERNS.swiftContainer.test(container)) throw invalid('the name of the container is not valid');
  const login = await loginOf(settings, context);
  // The URL of the storage is known only after the login.
  const { warnings, ...trust } = await findTrust(settings, context, {
    login: login.authUrl,
    unverified: 'INSECURESKIPVERIFY',
  });
  const location = {
    ...({ kind: 'swift', container, login, ...trust, concurrency: context.choice.concurrency } as const),
    directory: directoryOf(await settings.detail('PREFIX')),
  };
  return { location, warnings, advice: adviceFor(login.authUrl) };
}

async function loginOf(settings: StorageSettings, { reader }: DescribingContext): Promise<SwiftLogin> {
  const authUrl = endpointOf(await settings.needed('AUTHURL', 'authURL'), { hasPath: true });
  const version = await versionOf(settings, authUrl);
  if (version === '1') return { version: 1, authUrl, ...(await readUser(settings, reader)) };
  if (version !== '3')
    throw invalid(`Keystone v${version} is not supported`, ['use Keystone v3 (authVersion of the storage)']);
  return {
    ...{ version: 3, authUrl: authUrl.replace(/\/v3$/, '') },
    ...(await readIdentity(settings, reader)),
    region: await settings.detail('REGION', 'regionName'),
    interface: await interfaceOf(settings),
  };
}

/** The registry takes the version from the URL if it is not stated. */
async function versionOf(settings: StorageSettings, authUrl: string): Promise<string> {
  const stated = await settings.detail('AUTHVERSION', 'authVersion');
  return (stated ?? /\/v([123])(?:\.\d+)?(?:\/|$)/.exec(authUrl)?.[1] ?? '3').replace(/^v/, '').replace(/\.0$/, '');
}

async function interfaceOf(settings: StorageSettings): Promise<string> {
  const stated = (await settings.detail('ENDPOINTTYPE')) ?? 'public';
  const name = stated.replace(/URL$/, '');
  if (['public', 'internal', 'admin'].includes(name)) return name;
  throw invalid('REGISTRY_STORAGE_SWIFT_ENDPOINTTYPE is not public, internal or admin');
}
