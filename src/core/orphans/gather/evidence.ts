import type { ClusterApi } from '../../cluster/api.js';
import type { ListedResource } from '../../cluster/resources.js';
import type { Reporter } from '../../kit/reporter.js';
import type { CandidateFacts, StorageSnapshot } from '../../model/registry-storage.js';
import type { Storage } from '../../storage/storage.js';
import type { LinkFile } from '../../storage/trash.js';
import { chooseCandidates } from '../plan/candidates.js';
import type { Evidence } from '../plan/plan.js';
import { newerManifests } from '../plan/newer-manifests.js';
import { assertOwnStorage, findDoubts, type SeenStorage } from '../plan/own-storage.js';
import { repositoryWarnings } from '../plan/repository-warnings.js';
import type { HardPruneRules } from '../plan/types.js';
import { invalidNameWarnings, type ClusterUsage } from '../plan/usage.js';
import { addManifestUses } from './manifest-uses.js';
import { readOtherLinks } from './other-links.js';
import { LISTING, readUsage } from './usage.js';
import { readYoungManifests } from './young-manifests.js';
import { counted } from '../../model/values/counted.js';

interface CompareOptions {
  storage: Storage;
  /** Reads manifests, those in the trash too; default: the storage. */
  manifests?: Pick<Storage, 'readBlob'>;
  /** Reads the links that regadm has removed and recorded; default: it has removed none. */
  removedLinks?(): Promise<readonly LinkFile[]>;
  api: ClusterApi;
  reporter: Reporter;
  rules: HardPruneRules;
  /** True to continue if the storage does not look like the cluster's. */
  acceptPartial: boolean;
  danglingLinks: boolean;
  /** Data written less than this ago is kept, in ms; 0: age does not matter. */
  keepYoungerThanMs: number;
  now(): number;
  signal: AbortSignal;
  /** Called with each list of the cluster that was read, and its version. */
  onList?(resource: ListedResource, version: string): void;
}

/** What nothing in the cluster uses in a storage. */
export interface Comparison {
  evidence: Evidence;
  usage: ClusterUsage;
  /** Manifests that were looked for, and that the storage does not have, as hex. */
  absent: ReadonlySet<string>;
  /** Warnings about the storage as a whole, and about manifests in it. */
  warnings: string[];
}

/** A comparison with the listing that it is made of. */
export interface Gathered extends Comparison {
  snapshot: StorageSnapshot;
  /** When the listing began, in ms since the epoch. */
  listedAt: number;
}

/**
 * Lists the storage, then compares it with the cluster. The storage comes first, so that an image pushed between the
 * two is seen to be in use.
 * @throws RegadmError STORAGE_UNREADABLE, IMAGE_UNREADABLE, OTHER_STORAGE (exit status 4), ApiError
 */
export async function gatherEvidence(options: CompareOptions): Promise<Gathered> {
  const { storage, reporter, danglingLinks, signal } = options;
  reporter.progress("listing the registry's storage");
  const listedAt = options.now();
  reporter.phase("listing entries of the registry's storage");
  const onListed = (entries: number): void => reporter.tick(entries);
  const snapshot = await storage.list({ layerLinks: danglingLinks, signal, onListed });
  const comparison = await compareWithCluster(snapshot, options);
  logUses(snapshot, comparison.usage, reporter);
  const removed = comparison.evidence.candidates.repositories.length;
  return {
    ...comparison,
    snapshot,
    listedAt,
    warnings: [
      ...comparison.warnings,
      ...repositoryWarnings(removed, snapshot.repositories.length),
      ...invalidNameWarnings(comparison.usage),
    ],
  };
}

/**
 * Reads what the cluster uses, and looks up what is unused in a storage.
 * @param snapshot a listing of the storage, with layer links if `danglingLinks` is set
 * @throws RegadmError STORAGE_UNREADABLE, IMAGE_UNREADABLE, OTHER_STORAGE (exit status 4), ApiError
 */
export async function compareWithCluster(snapshot: StorageSnapshot, options: CompareOptions): Promise<Comparison> {
  const { storage, api, reporter, rules, acceptPartial, danglingLinks, keepYoungerThanMs, signal } = options;
  const { blobs, repositories } = snapshot;
  reporter.progress(
    `found ${counted(blobs.length, 'blob')} in ${counted(repositories.length, 'repository', 'repositories')}; ${LISTING}`,
  );
  reporter.phase(LISTING);
  const usage = await readUsage(api, options);
  reporter.phase('comparing with the cluster');
  const images = await findImages(storage, snapshot, usage, signal);
  const accepted = assertOwnStorage(findDoubts(seenStorage(snapshot, images, usage), usage, rules), acceptPartial);
  const reader = options.manifests ?? storage;
  const manifests = rules === 'safe' ? await addManifestUses(reader, usage, signal) : NO_MANIFESTS;
  if (rules === 'safe') await readOtherLinks({ ...options, manifests: reader }, usage);
  const candidates = chooseCandidates(snapshot, usage, rules);
  const ages = keepYoungerThanMs > 0;
  const facts = await storage.inspect(snapshot, candidates, {
    danglingLinks,
    ages,
    linkAges: ages && rules === 'safe',
  });
  if (rules === 'safe')
    accepted.push(...assertOwnStorage(newerManifests(snapshot, usage, { ...facts, images }), acceptPartial));
  const now = options.now();
  const young = rules === 'safe' && ages ? manifestsWrittenSince(facts, now - keepYoungerThanMs) : [];
  const named = await readYoungManifests(reader, young, signal);
  signal.throwIfAborted();
  return {
    evidence: { candidates, facts, named, totalBlobs: blobs.length, now },
    usage,
    absent: manifests.absent,
    warnings: [...accepted, ...manifests.warnings, ...keptBlobWarnings(facts)],
  };
}

const NO_MANIFESTS = { warnings: [], absent: new Set<string>() };

/** Maximum number of blobs that a warning names. */
const NAMED = 5;

function keptBlobWarnings({ keptBlobs = new Map<string, string[]>() }: CandidateFacts): string[] {
  return [...keptBlobs].map(([reason, hexes]) => {
    const named = hexes.slice(0, NAMED).map((hex) => `sha256:${hex}`);
    const more = hexes.length > NAMED ? ` and ${hexes.length - NAMED} more` : '';
    return `kept ${hexes.length === 1 ? 'an unused blob' : `${hexes.length} unused blobs`}: ${reason}: ${named.join(', ')}${more}`;
  });
}

function manifestsWrittenSince({ manifestLinks, linksOfRepositories }: CandidateFacts, since: number): string[] {
  return [...manifestLinks, ...linksOfRepositories].filter(({ writtenAt }) => writtenAt >= since).map(({ hex }) => hex);
}

/** Finds the manifests of Image objects that a listed storage has, as hex. */
export function findImages(
  storage: Pick<Storage, 'findListedData'>,
  { blobs }: Pick<StorageSnapshot, 'blobs'>,
  { images }: Pick<ClusterUsage, 'images'>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  return storage.findListedData(
    blobs.filter((hex) => images.has(hex)),
    signal,
  );
}

/**
 * Returns what a listing says about whose storage it is.
 * @param images manifests of Image objects that it has, as hex
 */
export function seenStorage(
  { blobs, repositories }: Pick<StorageSnapshot, 'blobs' | 'repositories'>,
  images: ReadonlySet<string>,
  { managed }: Pick<ClusterUsage, 'managed'>,
): SeenStorage {
  return {
    blobs: blobs.length,
    repositories: repositories.length,
    hasImages: images.size > 0,
    managed: new Set([...images].filter((hex) => managed.has(hex))),
  };
}

function logUses({ blobs }: StorageSnapshot, { inUse }: ClusterUsage, reporter: Reporter): void {
  for (const hex of blobs) {
    const image = inUse.get(hex);
    if (image) reporter.log(4, `keeping blob sha256:${hex}: used by image ${image}`);
  }
}
