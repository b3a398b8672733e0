import { EXIT, RegadmError, usageError } from '../model/errors.js';
import type { StoragePlace } from '../model/registry-storage.js';
import { openClusterRegistry, openNamedRegistry, type RegistryAccess } from '../operator/open-registry.js';
import { openRegistryStorage, type OpenedStorage } from '../operator/registry-storage/open.js';
import type { Registry } from '../registry/api.js';
import type { StorageChoice } from '../storage/location.js';
import { openStorage } from '../storage/open.js';
import type { Storage } from '../storage/storage.js';
import type { VerificationPorts } from '../verification/gather/read-cluster.js';
import type { VerificationWay } from '../verification/look.js';
import { RegistryWay } from '../verification/way/registry.js';
import { StorageWay } from '../verification/way/storage.js';
import { fromRegistry, fromStorage } from './read-data/open-content.js';
import type { OpenContent } from './read-data/read-blob.js';
import type { VerifyRequest } from './request.js';

/** A way that is open. */
interface OpenedWay {
  way: VerificationWay;
  openContent: OpenContent;
  /** Absent if the registry is asked. */
  storage?: Storage;
  /** The storage that the registry's settings name. */
  place?: StoragePlace;
  close(): Promise<void>;
}

/** Opens the registry or its storage. Without a cluster, the user has named it. */
export async function openWay(ports: VerificationPorts, request: VerifyRequest): Promise<OpenedWay> {
  const { reporter, signal } = ports;
  if ('registry' in request) {
    const registry = await openRegistry(ports, request.registry);
    const { workers } = request.registry;
    const way = new RegistryWay(registry, { reporter, signal, workers });
    return { way, openContent: fromRegistry(registry, signal), close: () => registry.close() };
  }
  const { storage, place } = await openChosen(ports, request.storage);
  const way = new StorageWay(storage, { reporter, isOwn: place !== undefined, signal });
  return { way, openContent: fromStorage(storage, signal), storage, place, close: () => storage.close() };
}

function openRegistry(ports: VerificationPorts, access: RegistryAccess): Promise<Registry> {
  const { reporter, signal } = ports;
  if ('api' in ports) return openClusterRegistry(ports.api, access, { reporter, signal });
  return openNamedRegistry({ ...access, registryUrl: access.registryUrl! }, { reporter, signal });
}

/** Opens the storage. What a guard of a prune would refuse could not be checked. */
async function openChosen(ports: VerificationPorts, choice: StorageChoice): Promise<OpenedStorage> {
  const { reporter, signal } = ports;
  const log = (level: number, line: string): void => reporter.log(level, line);
  const note = (line: string): void => reporter.note(line);
  try {
    if ('api' in ports) return await openRegistryStorage(ports.api, choice, { log, note, signal });
    if (typeof choice !== 'string' && choice.kind === 'cluster')
      throw usageError('--from cannot be specified with --storage cluster: its place is read from the cluster', [
        'name the storage: a mounted directory, or its URL',
      ]);
    return { storage: await openStorage(choice, { log, signal }) };
  } catch (error) {
    if (!(error instanceof RegadmError) || error.exitCode !== EXIT.refused) throw error;
    const { code, suggestions, cause } = error;
    throw new RegadmError(error.message, { code, suggestions, cause, exitCode: EXIT.error });
  }
}
