import type { ClusterApi } from '../../cluster/api.js';
import { refusal } from '../../model/errors.js';
import { chooseCandidates } from '../plan/candidates.js';
import { planHardPrune, type HardPruneLimits } from '../plan/plan.js';
import type { ClusterUsage, HardPrunePlan, HardPruneRules } from '../plan/plan-types.js';
import type { StorageSnapshot } from '../../model/registry-storage.js';
import { inspectCandidates } from '../../storage/filesystem/inspect.js';
import { walkStorage } from '../../storage/filesystem/list.js';
import { removePlan } from './remove-plan.js';
import type { Findings, Pruner, Removals } from '../report.js';
import type { Reporter } from '../../kit/reporter.js';
import { readUsage } from '../gather/usage.js';

export interface StoragePrunerOptions extends HardPruneLimits {
  rules: HardPruneRules;
  danglingLinks: boolean;
}

/** Prunes the registry's files directly. `root` is its `docker/registry/v2`. */
export class StoragePruner implements Pruner {
  constructor(
    private readonly root: string,
    private readonly api: ClusterApi,
    private readonly options: StoragePrunerOptions,
    private readonly report: Reporter,
    private readonly now: () => number = Date.now,
  ) {}

  /** The files first, the cluster after: what was pushed in between is seen in use. */
  async check(signal: AbortSignal): Promise<Findings> {
    const { danglingLinks, rules, keepYoungerThanMs } = this.options;
    this.report.progress("reading the registry's storage");
    const storage = await walkStorage(this.root, { layers: danglingLinks, signal });
    this.report.progress(
      `found ${storage.blobs.length} blobs in ${storage.repositories.length} repositories; reading images and image streams`,
    );
    const usage = await readUsage(this.api, signal);
    assertSameCluster(storage, usage);
    this.logInUse(storage, usage);
    const candidates = chooseCandidates(storage, usage, rules);
    const facts = await inspectCandidates(this.root, storage, candidates, {
      danglingLinks,
      ages: keepYoungerThanMs > 0,
    });
    signal.throwIfAborted();
    const plan = planHardPrune(candidates, facts, this.options, this.now(), storage.blobs.length);
    return { plan, warnings: warningsOf(storage) };
  }

  remove(plan: HardPrunePlan, mayGoOn: () => Promise<void>, signal: AbortSignal): Promise<Removals> {
    return removePlan(this.root, plan, { mayGoOn, signal, report: this.report });
  }

  private logInUse(storage: StorageSnapshot, usage: ClusterUsage): void {
    for (const hex of storage.blobs) {
      const image = usage.inUse.get(hex);
      if (image) this.report.log(4, `keeping blob sha256:${hex}: used by image ${image}`);
    }
  }
}

/** @throws RegadmError OTHER_STORAGE (exit status 4): with no image of this cluster in it, everything would go */
function assertSameCluster(storage: StorageSnapshot, usage: ClusterUsage): void {
  if (storage.blobs.length === 0 && storage.repositories.length === 0) return;
  if (storage.blobs.some((hex) => usage.images.has(hex))) return;
  throw refusal(
    'OTHER_STORAGE',
    `not one of the cluster's ${usage.images.size} images has its blob in this storage: it is another cluster's`,
    ['check --storage and the cluster that regadm talks to (--context, --kubeconfig); nothing was touched'],
  );
}

const SHOWN = 5;

function warningsOf({ leftAlone }: StorageSnapshot): string[] {
  if (leftAlone.length === 0) return [];
  const more = leftAlone.length > SHOWN ? ` and ${leftAlone.length - SHOWN} more` : '';
  return [`left alone, since not of the layout or symbolic links: ${leftAlone.slice(0, SHOWN).join(', ')}${more}`];
}
