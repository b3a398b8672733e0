import { openRegistryStorage, type OpenedStorage } from '../../operator/registry-storage/open.js';
import type { HardPrunePorts } from '../ports.js';
import type { CommonRequest, ViaPod, ViaStorage } from '../request.js';
import { PodWay } from './pod-way.js';
import { StorageWay } from './storage-way.js';
import type { Way } from './way.js';

/**
 * Runs work with the access to the storage that a request names, and closes it afterward.
 * @throws RegadmError if it is not a registry's storage
 */
export async function withWay<T>(
  ports: HardPrunePorts,
  request: CommonRequest & { way: ViaPod | ViaStorage },
  work: (way: Way) => Promise<T>,
): Promise<T> {
  const way = await openWay(ports, request);
  try {
    return await work(way);
  } finally {
    await way.close();
  }
}

async function openWay(ports: HardPrunePorts, request: CommonRequest & { way: ViaPod | ViaStorage }): Promise<Way> {
  const { way } = request;
  return way.via === 'pod'
    ? new PodWay(ports, { ...request, way })
    : new StorageWay(ports, { ...request, way }, await openWayStorage(ports, way));
}

/** Opens the storage that a request names. @throws RegadmError if it is not a registry's storage */
export function openWayStorage(ports: HardPrunePorts, { location }: ViaStorage): Promise<OpenedStorage> {
  const { api, reporter, signal } = ports;
  return openRegistryStorage(api, location, {
    log: (level, line) => reporter.log(level, line),
    note: (line) => reporter.note(line),
    signal,
    onRequest: () => ports.onStorageRequest?.(),
  });
}
