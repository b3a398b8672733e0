import type { ClusterApi } from '../../cluster/api.js';
import { IMAGES, type ListedResource } from '../../cluster/resources.js';
import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import type { Reporter } from '../../kit/reporter.js';
import type { Digest } from '../../model/digest.js';
import type { DeletionRun, Storage } from '../../storage/storage.js';
import type { LinkFile } from '../../storage/trash.js';
import type { Collector } from '../../orphans/gather/collectors.js';
import { gatherEvidence, type Gathered } from '../../orphans/gather/evidence.js';
import { addManifestUses } from '../../orphans/gather/manifest-uses.js';
import { countOtherNames, readOtherLinks } from '../../orphans/gather/other-links.js';
import { collect } from '../../orphans/gather/usage.js';
import { planHardPrune, type AgeLimits } from '../../orphans/plan/plan.js';
import type { HardPrunePlan, HardPruneRules } from '../../orphans/plan/types.js';
import { LaterUses } from '../gather/later-uses.js';
import { addLaterUsage } from '../plan/later-usage.js';
import { stillUnused } from '../plan/still-unused.js';
import type { Deletions, Findings } from '../report.js';
import type { SessionPorts } from '../../trash-store/ports.js';
import { findRemovedOthers, readerWithTrash } from '../../trash-store/offline.js';
import { deletePlanned } from './delete-planned.js';
import { trashPlanned } from './trash-planned.js';
import type { Pruner } from './way.js';
import { warningsAbout } from './storage-warnings.js';
import { findYoungLinks, type YoungLinks } from './young-links.js';

export interface StoragePrunerOptions {
  storage: Storage;
  api: ClusterApi;
  reporter: Reporter;
  rules: HardPruneRules;
  /** True to continue if the storage does not look like the cluster's. */
  acceptPartial?: boolean;
  ages: AgeLimits;
  danglingLinks: boolean;
  /** Moves blobs to the trash instead of deleting them. */
  trash?: Pick<SessionPorts, 'processes'>;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** What was found while the registry could still be written. */
interface Scan extends Gathered {
  /** The blobs that would be deleted. */
  blobs: HardPrunePlan['blobs'];
}

/** Prunes the registry's storage itself. */
export class StoragePruner implements Pruner {
  readonly mayStillRun = false;
  private deletes = false;
  private scanned: Scan | undefined;
  private laterUses: LaterUses | undefined;
  /** Links that were written until the registry became read-only; undefined if they were not looked for. */
  private youngLinks: YoungLinks | undefined;
  /** Reads manifests, those in the trash too; the storage until it was listed. */
  private manifests: Pick<Storage, 'readBlob'>;
  /** When the listing began that the plan is made of, in ms since the epoch. */
  private listedAt = 0;

  constructor(private readonly options: StoragePrunerOptions) {
    this.manifests = options.storage;
  }

  private readonly now = (): number => (this.options.now ?? Date.now)();

  get mayHaveDeleted(): boolean {
    return this.deletes;
  }

  /**
   * Finds what nothing uses, as `find`, and follows from then on what is used in addition. The next `find` only looks
   * at what this one has found.
   */
  async scan(signal: AbortSignal): Promise<Findings> {
    const { storage, ages } = this.options;
    const laterUses = (this.laterUses = new LaterUses(this.options));
    const scanned = await this.gather(signal, (resource, version) => laterUses.follow(resource, version));
    const plan = planHardPrune(scanned.evidence, ages);
    if (plan.blobs.length + plan.repositories.length + plan.uploads.length > 0) await storage.prepareDeletion(signal);
    this.scanned = { ...scanned, blobs: plan.blobs };
    return { plan, warnings: scanned.warnings, images: scanned.usage.images };
  }

  async find(signal: AbortSignal): Promise<Findings> {
    if (this.scanned && this.laterUses) return this.findAgain(this.scanned, this.laterUses, signal);
    const { evidence, usage, warnings } = await this.gather(signal);
    return { plan: planHardPrune(evidence, this.options.ages), warnings, images: usage.images };
  }

  delete(plan: HardPrunePlan, mayContinue: () => Promise<void>, signal: AbortSignal): Promise<Deletions> {
    const { storage, reporter, trash } = this.options;
    const { youngLinks } = this;
    this.deletes = true;
    reporter.phase('deleting blobs, links and uploads', sizeOf(plan));
    const run: DeletionRun = {
      keepWrittenSince: this.keepWrittenSince,
      linksAreKnown: youngLinks !== undefined,
      async mayContinue() {
        if (signal.aborted) throw new Error('interrupted');
        await mayContinue();
      },
      onProgress: (items) => reporter.tick(items),
    };
    if (trash) return trashPlanned({ ...trash, storage, reporter, signal }, plan, run, youngLinks);
    return deletePlanned(storage, plan, run, youngLinks);
  }

  /** Blobs and links that were written at this time or later are kept; undefined if age does not matter. */
  private get keepWrittenSince(): number | undefined {
    const { rules, ages } = this.options;
    return rules === 'safe' && ages.keepYoungerThanMs > 0 ? this.listedAt - ages.keepYoungerThanMs : undefined;
  }

  async readManifest(digest: Digest): Promise<string | undefined> {
    return (await this.manifests.readBlob(digest, MANIFEST_LIMIT_BYTES))?.toString('utf8');
  }

  async collectImages<T extends Collector>(
    create: () => T,
    known: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<T> {
    if (this.laterUses) return this.laterUses.collectImages(create, known, signal);
    return collect(this.options.api, IMAGES, create, { signal });
  }

  private readonly removedLinks = (): Promise<LinkFile[]> => findRemovedOthers(this.options.storage);

  /** Stops following the cluster. */
  close(): void {
    this.laterUses?.stop();
  }

  private async gather(
    signal: AbortSignal,
    onList?: (resource: ListedResource, version: string) => void,
  ): Promise<Gathered> {
    const { ages, storage, acceptPartial = false } = this.options;
    const { keepYoungerThanMs } = ages;
    this.manifests = await readerWithTrash(storage, signal);
    const { manifests } = this;
    const { now, removedLinks } = this;
    const options = { ...this.options, manifests, removedLinks, acceptPartial, keepYoungerThanMs, now, signal, onList };
    const gathered = await gatherEvidence(options);
    this.listedAt = gathered.listedAt;
    const about = await storage.warnings(signal);
    return { ...gathered, warnings: [...about, ...gathered.warnings, ...warningsAbout(gathered.snapshot)] };
  }

  /** Plans again what the scan found, without what is used since. */
  private async findAgain(scanned: Scan, laterUses: LaterUses, signal: AbortSignal): Promise<Findings> {
    const { storage, rules, ages } = this.options;
    const { evidence, snapshot, usage, warnings } = scanned;
    // If age matters, what a push has brought since is kept because of its links.
    const absent = ages.keepYoungerThanMs > 0 ? new Set<string>() : scanned.absent;
    const { keepWrittenSince } = this;
    const [now, youngLinks] = await Promise.all([
      laterUses.read(usage, signal),
      findYoungLinks(storage, scanned.blobs, { keepWrittenSince }),
    ]);
    this.youngLinks = youngLinks;
    const otherNames = countOtherNames(usage);
    const { repositories, unread } = addLaterUsage(usage, now, absent);
    const found = rules === 'safe' ? (await addManifestUses(this.manifests, usage, signal, unread)).warnings : [];
    if (rules === 'safe' && countOtherNames(usage) > otherNames)
      await readOtherLinks({ storage, manifests: this.manifests, removedLinks: this.removedLinks, signal }, usage);
    const left = stillUnused({ snapshot, ...evidence }, { usage, rules, repositories });
    this.scanned = undefined;
    return {
      plan: planHardPrune({ ...evidence, ...left }, ages),
      warnings: [...new Set([...warnings, ...found])],
      images: usage.images,
    };
  }
}

/** Counts what a plan deletes. */
function sizeOf({ manifestLinks, repositories, uploads, blobs, layerLinks }: HardPrunePlan): number {
  return manifestLinks.length + repositories.length + uploads.length + blobs.length + layerLinks.length;
}
