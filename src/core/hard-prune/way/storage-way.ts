import { READ_IMAGES } from '../../operator/permissions.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { OpenedStorage } from '../../operator/registry-storage/open.js';
import type { Storage } from '../../storage/storage.js';
import { assertWithinLimit } from '../plan/limit.js';
import type { HardPrunePorts } from '../ports.js';
import type { Findings } from '../report.js';
import type { CommonRequest, ViaStorage } from '../request.js';
import { StoragePruner } from './storage-pruner.js';
import type { Pruner, Way } from './way.js';

/** Prunes the storage itself. */
export class StorageWay implements Way {
  readonly permissions = { find: READ_IMAGES, delete: [] };
  readonly checks: Way['checks'];
  readonly place?: StoragePlace;
  private readonly storage: Storage;
  private readonly pruner: StoragePruner;

  constructor(
    private readonly ports: HardPrunePorts,
    request: CommonRequest & { way: ViaStorage },
    { storage, place }: OpenedStorage,
  ) {
    [this.storage, this.place] = [storage, place];
    const { rules, acceptPartial, maxDelete } = request;
    const { ages, danglingLinks } = request.way;
    this.pruner = new StoragePruner({ ...ports, storage, rules, acceptPartial, ages, danglingLinks });
    // Pruning images comes before the scan, so what would refuse the scan is detected first.
    const previewPlan = async (): Promise<string> => {
      const { plan } = await this.pruner.find(ports.signal);
      assertWithinLimit(plan, maxDelete);
      return `${plan.blobs.length} of ${plan.totalBlobs} blobs are unused`;
    };
    this.checks = { find: [], delete: ports.pruneImages ? [{ name: 'storage', run: previewPlan }] : [] };
  }

  preview(): Promise<Findings> {
    return this.pruner.find(this.ports.signal);
  }

  scan(): Promise<Findings> {
    return this.pruner.scan(this.ports.signal);
  }

  accountWithoutRole(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  open(): Promise<Pruner> {
    return Promise.resolve(this.pruner);
  }

  close(): Promise<void> {
    this.pruner.close();
    return this.storage.close();
  }
}
