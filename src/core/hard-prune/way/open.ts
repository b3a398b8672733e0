import { openStorage } from '../../storage/open.js';
import type { HardPrunePorts } from '../ports.js';
import type { CommonRequest, ViaPod, ViaStorage } from '../request.js';
import { PodWay } from './pod-way.js';
import { StorageWay } from './storage-way.js';
import type { Way } from './way.js';

/**
 * Opens the access to the storage that a request names.
 * @throws RegadmError if it is not a registry's storage
 */
export async function openWay(
  ports: HardPrunePorts,
  request: CommonRequest & { way: ViaPod | ViaStorage },
): Promise<Way> {
  const { way } = request;
  return way.via === 'pod'
    ? new PodWay(ports, { ...request, way })
    : new StorageWay(ports, { ...request, way }, await openStorage(way.location));
}
