import type { ClusterApi } from '../../cluster/api.js';
import { readConfig } from '../../operator/config.js';
import { assertUnlocked } from '../../operator/lease/refusal.js';
import { readRegistryProcesses } from '../../operator/processes.js';
import { restartRegistry } from '../../operator/restart.js';
import type { Proof } from '../../trash-store/batches.js';
import type { RegistryProcesses } from '../../trash-store/model.js';
import type { HardPrunePorts } from '../ports.js';
import type { OnlineRequest } from '../request.js';

/** The registry that serves a storage while an online hard prune changes it. */
export class OnlineRegistry {
  /** The storage's clock, once it is known. */
  storageNow?: () => number;
  private memoryCacheMs: number | undefined;

  constructor(
    private readonly ports: HardPrunePorts,
    private readonly request: OnlineRequest,
  ) {}

  private get api(): ClusterApi {
    return this.ports.api;
  }

  /**
   * Reads the processes that serve the registry now.
   * @returns undefined if nothing but images and image streams may be read, or if no pod shows them
   * @throws ApiError
   */
  readonly processes = async (): Promise<RegistryProcesses | undefined> => {
    if (this.request.guard.onlyStorage) return undefined;
    // Before the request: later, the storage's clock would make a start seem later than it was.
    const now = this.storageNow?.();
    const read = await readRegistryProcesses(this.api, this.ports.signal);
    if (!read) return undefined;
    const { ids, oldestStart, serverTime, cacheTtlMs } = read;
    // Who names a Redis knows better than the environment of the pods: settings can be in a file.
    const usesRedis = read.usesRedis || this.ports.emptyCache !== undefined;
    this.memoryCacheMs = cacheTtlMs;
    // The API server states when a pod started by its own clock.
    const ahead = serverTime === undefined || now === undefined ? undefined : now - serverTime;
    const start = oldestStart === undefined || ahead === undefined ? {} : { oldestStart: oldestStart + ahead };
    return { ids, usesRedis, ...start };
  };

  /**
   * Returns what can show that no process remembers the blobs of a batch.
   * @param processes that run now, read before
   * @param isEmptied true if Redis was emptied after the recorded processes had ended
   */
  proof(processes: RegistryProcesses | undefined, isEmptied: boolean): Proof {
    if (processes === undefined) return { by: 'user' };
    const isCacheEmpty = isEmptied || !processes.usesRedis;
    if (this.request.guard.restarts) return { by: 'restart', processes, isCacheEmpty };
    return { by: 'time', processes, isCacheEmpty, memoryCacheMs: this.memoryCacheMs };
  }

  /** Refuses while a hard prune in read-only mode has locked the registry. @throws RegadmError, exit status 4 */
  async assertUnlocked(): Promise<void> {
    if (this.request.guard.onlyStorage) return;
    assertUnlocked(await readConfig(this.api, this.ports.signal));
  }

  /**
   * Replaces every process of the registry, and empties Redis after the last old one has ended.
   * @throws RegadmError if the registry was not restarted, or Redis not emptied
   */
  async restart(): Promise<void> {
    await this.assertUnlocked();
    const { reporter, signal, emptyCache } = this.ports;
    const { timeoutMs, guard } = this.request;
    const { acceptDataLoss } = guard;
    await restartRegistry(this.api, { now: new Date(), timeoutMs, emptyCache, acceptDataLoss, reporter, signal });
  }
}
