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

/** What a session needs: no cluster, so that a restore works without it; its processes are then undefined. */
export type SessionPorts = Pick<TrashPorts, 'storage' | 'reporter' | 'signal' | 'processes'>;

/** What a look at links, images and streams needs. */
export type LookPorts = SessionPorts & Pick<TrashPorts, 'api'>;
