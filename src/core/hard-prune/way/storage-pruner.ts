import type { ClusterApi } from '../../cluster/api.js';
import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import type { Reporter } from '../../kit/reporter.js';
import type { Digest } from '../../model/digest.js';
import type { StorageSnapshot } from '../../model/registry-storage.js';
import type { Storage } from '../../storage/storage.js';
import { gatherEvidence } from '../../orphans/gather/evidence.js';
import { planHardPrune, type AgeLimits } from '../../orphans/plan/plan.js';
import type { HardPrunePlan, HardPruneRules } from '../../orphans/plan/types.js';
import type { Deletions, Findings } from '../report.js';
import { deletePlanned } from './delete-planned.js';
import type { Pruner } from './way.js';

export interface StoragePrunerOptions {
  storage: Storage;
  api: ClusterApi;
  reporter: Reporter;
  rules: HardPruneRules;
  /** True to continue if the storage does not look like the cluster's. */
  acceptPartial?: boolean;
  ages: AgeLimits;
  danglingLinks: boolean;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** Number of blobs between two progress reports. */
const PROGRESS_STEP = 1000;

/** Prunes the registry's storage itself. */
export class StoragePruner implements Pruner {
  readonly mayStillRun = false;
  private deletes = false;

  constructor(private readonly options: StoragePrunerOptions) {}

  private readonly now = (): number => (this.options.now ?? Date.now)();

  get mayHaveDeleted(): boolean {
    return this.deletes;
  }

  async find(signal: AbortSignal): Promise<Findings> {
    const { ages, storage } = this.options;
    const { evidence, snapshot, images, warnings } = await gatherEvidence({
      ...this.options,
      acceptPartial: this.options.acceptPartial ?? false,
      keepYoungerThanMs: ages.keepYoungerThanMs,
      now: this.now,
      signal,
    });
    const about = await storage.warnings(signal);
    const all = [...about, ...warnings, ...warningsAbout(snapshot)];
    return { plan: planHardPrune(evidence, ages), warnings: all, images };
  }

  delete(plan: HardPrunePlan, mayContinue: () => Promise<void>, signal: AbortSignal): Promise<Deletions> {
    const { storage, reporter, rules, ages } = this.options;
    this.deletes = true;
    const comparesLinks = rules === 'safe' && ages.keepYoungerThanMs > 0;
    let done = 0;
    return deletePlanned(storage, plan, {
      keepWrittenSince: comparesLinks ? this.now() - ages.keepYoungerThanMs : undefined,
      async mayContinue() {
        if (signal.aborted) throw new Error('interrupted');
        await mayContinue();
      },
      onProgress(items) {
        const before = done;
        done += items;
        if (Math.floor(before / PROGRESS_STEP) < Math.floor(done / PROGRESS_STEP))
          reporter.progress(`deleted ${done} blobs, links and uploads`);
      },
    });
  }

  async readManifest(digest: Digest): Promise<string | undefined> {
    return (await this.options.storage.readBlob(digest, MANIFEST_LIMIT_BYTES))?.toString('utf8');
  }
}

/** Maximum number of ignored entries that the warning names. */
const NAMED = 5;

function warningsAbout({ ignored }: StorageSnapshot): string[] {
  if (ignored.length === 0) return [];
  const more = ignored.length > NAMED ? ` and ${ignored.length - NAMED} more` : '';
  return [
    `ignored (symbolic links, or not part of the registry's layout): ${ignored.slice(0, NAMED).join(', ')}${more}`,
  ];
}
