import type { ClusterApi } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';
import type { Storage } from '../storage/storage.js';
import type { RegistryProcesses } from './model.js';

/** What the functions of this directory need. */
export interface TrashPorts {
  storage: Storage;
  api: ClusterApi;
  reporter: Reporter;
  signal: AbortSignal;
  /**
   * Reads the registry's processes now, exactly, never from a cache.
   * @returns undefined if they may not be read (`--read-only=skip`)
   * @throws ApiError
   */
  processes(): Promise<RegistryProcesses | undefined>;
}
