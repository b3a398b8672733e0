import type { ConnectOptions } from '../../http/client.js';
import type { SwiftLocation } from '../../location.js';
import { limitsIn } from './limits.js';
import { SwiftSession } from './session.js';
import { readSwiftLogin } from './settings.js';
import { SwiftStore } from './store.js';

/**
 * Logs in to Swift with the login of the location, or else of the environment. The location's directory is the prefix
 * of the registry's driver.
 * @returns the store, and the directory in it that contains `docker/registry/v2`
 * @throws RegadmError STORAGE_CREDENTIALS, STORAGE_DENIED, STORAGE_UNREACHABLE, STORAGE_ERROR
 */
export async function openSwiftStore(
  { container, directory: prefix, endpoint, login: given }: Omit<SwiftLocation, 'kind'> & { directory: string },
  connect: ConnectOptions,
): Promise<{ store: SwiftStore; directory: string }> {
  const login = given ?? readSwiftLogin(connect.env ?? process.env);
  const name = `swift://${container}`;
  const session = await SwiftSession.open({ name, login, connect, endpoint });
  const below = prefix === '' ? '' : `${prefix}/`;
  try {
    const limits = { ...limitsIn(await session.info()), concurrency: connect.concurrency };
    const store = new SwiftStore(session, { name, container, prefix: below, ...limits });
    return { store, directory: `${below}files` };
  } catch (error) {
    await session.close();
    throw error;
  }
}
