import type { ClusterApi } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';
import { openRegistryStorage, type OpenedStorage } from '../operator/registry-storage/open.js';
import type { StorageChoice, StorageLocation } from '../storage/location.js';
import { openStorage } from '../storage/open.js';

interface Session {
  reporter: Reporter;
  signal: AbortSignal;
}

/**
 * Runs work on a storage, and closes it afterward.
 * @throws RegadmError if it is not a registry's storage, and what the work throws
 */
export async function withStorage<S extends Session, T>(
  session: S,
  location: StorageLocation,
  work: (ports: S & OpenedStorage) => Promise<T>,
): Promise<T> {
  const { reporter, signal } = session;
  const log = (level: number, line: string): void => reporter.log(level, line);
  return closing({ storage: await openStorage(location, { log, signal }) }, session, work);
}

/** Runs work on a storage of a cluster, as `withStorage` does. */
export async function withClusterStorage<S extends Session & { api: ClusterApi }, T>(
  session: S,
  choice: StorageChoice,
  work: (ports: S & OpenedStorage) => Promise<T>,
): Promise<T> {
  const { api, reporter, signal } = session;
  const log = (level: number, line: string): void => reporter.log(level, line);
  const note = (line: string): void => reporter.note(line);
  return closing(await openRegistryStorage(api, choice, { log, note, signal }), session, work);
}

async function closing<S, T>(
  opened: OpenedStorage,
  session: S,
  work: (ports: S & OpenedStorage) => Promise<T>,
): Promise<T> {
  try {
    return await work({ ...session, ...opened });
  } finally {
    await opened.storage.close();
  }
}
