import { READ_IMAGES } from '../../operator/permissions.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { OpenedStorage } from '../../operator/registry-storage/open.js';
import { readRegistryProcesses } from '../../operator/processes.js';
import type { Storage } from '../../storage/storage.js';
import { assertTrashUnused } from '../../trash-store/offline.js';
import type { RegistryProcesses } from '../../trash-store/model.js';
import { readTrashState } from '../../trash-store/state.js';
import { assertWithinLimit } from '../../orphans/plan/limit.js';
import type { HardPrunePorts } from '../ports.js';
import type { Findings } from '../report.js';
import type { CommonRequest, ViaStorage } from '../request.js';
import { StoragePruner } from './storage-pruner.js';
import type { Pruner, Way } from './way.js';

/** Reads the registry's processes for the record of the trash; without the guard, only images and streams are read. */
async function processesFor(
  { api, signal }: HardPrunePorts,
  request: CommonRequest & { guard?: { mode: string } },
): Promise<RegistryProcesses | undefined> {
  return request.guard?.mode === 'guarded' ? readRegistryProcesses(api, signal) : undefined;
}

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
    const trash = request.way.trash ? { processes: () => processesFor(ports, request) } : undefined;
    this.pruner = new StoragePruner({ ...ports, storage, rules, acceptPartial, ages, danglingLinks, trash });
    // Pruning images comes before the scan, so what would refuse the scan is detected first.
    const previewPlan = async (): Promise<string> => {
      const { plan } = await this.pruner.find(ports.signal);
      assertWithinLimit(plan, maxDelete);
      return `${plan.blobs.length} of ${plan.totalBlobs} blobs are unused`;
    };
    const previews = ports.pruneImages ? [{ name: 'storage', run: previewPlan }] : [];
    this.checks = { find: [], delete: [{ name: 'trash', run: () => this.checkTrash(request.way) }, ...previews] };
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

  /** An online hard prune begins only while the registry is not locked, so none begins after this. */
  async open(): Promise<Pruner> {
    await assertTrashUnused(this.storage, this.ports.signal);
    return this.pruner;
  }

  private async checkTrash({ trash }: ViaStorage): Promise<string> {
    const { storage } = this;
    const { signal } = this.ports;
    await assertTrashUnused(storage, signal);
    // What would refuse the moves while the registry is read-only.
    if (trash) await readTrashState({ storage, signal }, { discardMarks: false });
    return 'no other run changes the trash';
  }

  close(): Promise<void> {
    this.pruner.close();
    return this.storage.close();
  }
}
