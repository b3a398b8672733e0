import type { OpenedStorage } from '../core/operator/registry-storage/open.js';
import type { StorageChoice } from '../core/storage/location.js';
import type { ClusterFlagValues } from '../flags/cluster.js';
import { BaseCommand } from './base-command.js';
import type { Session } from './session.js';

/** A command that works on a registry's storage, and needs a cluster only to find it. */
export abstract class StorageCommand extends BaseCommand {
  /** Runs work on the storage that the flags name: without a cluster, unless they name that of the cluster. */
  protected async withStorage<T>(
    flags: ClusterFlagValues,
    choice: StorageChoice,
    work: (ports: Session & OpenedStorage) => Promise<T>,
  ): Promise<T> {
    const { withClusterStorage, withStorage } = await import('../core/trash/open.js');
    if (typeof choice !== 'string' && choice.kind === 'cluster')
      return this.withCluster(flags, (session) => withClusterStorage(session, choice, work));
    return this.withSession((session) => withStorage(session, choice, work));
  }
}
