import type { Deletion, DeletionRun, RepositoryDeletion, Storage } from '../../storage/storage.js';
import type { HardPrunePlan, LinkRemoval } from '../../orphans/plan/types.js';
import type { Digest } from '../../model/digest.js';
import type { Failure } from '../../model/document.js';
import type { Deletions, Outcomes } from '../report.js';
import { findYoungLinks, type YoungLinks } from './young-links.js';

/** What a deletion calls. */
export type PrunableStorage = Pick<
  Storage,
  | 'deleteManifestLinks'
  | 'deleteRepositories'
  | 'deleteUploads'
  | 'deleteBlobs'
  | 'deleteLayerLinks'
  | 'findLinkedSince'
  | 'readBlob'
>;

/**
 * Deletes what a plan names: manifest links, whole repositories, uploads, blobs, layer links to deleted blobs. Links
 * are deleted before blobs, so that a killed run leaves blobs without links, which the next run finds, and never a link
 * to a deleted blob. For the same reason, a blob is kept if its manifest link could not be deleted.
 *
 * If age matters, a blob is also kept if a repository got a link to it since the plan was made.
 * @param knownLinks what was found of such links while the registry was read-only already; default: they are looked for
 */
export async function deletePlanned(
  storage: PrunableStorage,
  plan: HardPrunePlan,
  run: DeletionRun,
  knownLinks?: YoungLinks,
): Promise<Deletions> {
  const latched = latch(run);
  const manifestLinks = await storage.deleteManifestLinks(plan.manifestLinks, latched);
  const names = plan.repositories.map(({ name }) => name);
  const repositories = await storage.deleteRepositories(names, latched);
  const uploads = await storage.deleteUploads(plan.uploads, latched);
  const young = knownLinks ?? (await findYoungLinks(storage, plan.blobs, run));
  const left = linksLeft(plan, manifestLinks, repositories);
  const reasonFor = (digest: Digest): string | undefined =>
    left(digest) ? 'its manifest link could not be deleted' : young.reasonFor(digest);
  const blobs = await deleteBlobs(storage, plan, reasonFor, latched);
  const layerLinks = await storage.deleteLayerLinks(plan.layerLinks, latched);
  const outcomes = { blobs, manifestLinks, repositories, layerLinks, uploads };
  return { plan, outcomes, failures: [...failuresOf(plan, outcomes), ...young.failures] };
}

/** Makes a refusal of `mayContinue` final: the run stays stopped. */
function latch(run: DeletionRun): DeletionRun {
  let stopped: unknown;
  return {
    ...run,
    mayContinue: async () => {
      if (stopped) throw stopped;
      await run.mayContinue().catch((error: unknown) => {
        throw (stopped = error);
      });
    },
  };
}

/** Returns true if a manifest link to a blob can remain. */
type IsLinked = (digest: string) => boolean;

/** Finds the manifest links that remain. If a driver cannot list those of a repository, every blob counts as linked. */
function linksLeft(plan: HardPrunePlan, links: Deletion[], repositories: RepositoryDeletion[]): IsLinked {
  const left = new Set<string>();
  for (const [index, { digest }] of plan.manifestLinks.entries())
    if (links[index]!.status === 'failed') left.add(digest);
  const failed = repositories.filter(({ status }) => status === 'failed');
  for (const { remainingManifests = [] } of failed) for (const digest of remainingManifests) left.add(digest);
  const unknown = failed.some(({ remainingManifests }) => remainingManifests === undefined);
  return (digest) => unknown || left.has(digest);
}

async function deleteBlobs(
  storage: Pick<Storage, 'deleteBlobs'>,
  { blobs }: HardPrunePlan,
  reasonFor: YoungLinks['reasonFor'],
  run: DeletionRun,
): Promise<Deletion[]> {
  const digests = blobs.map(({ digest }) => digest).filter((digest) => reasonFor(digest) === undefined);
  const deletions = (await storage.deleteBlobs(digests, run)).values();
  return blobs.map(({ digest }) => {
    const reason = reasonFor(digest);
    return reason === undefined ? (deletions.next().value as Deletion) : { status: 'skipped', reason };
  });
}

function failuresOf(plan: HardPrunePlan, outcomes: Outcomes): Failure[] {
  return [
    ...failures(plan.manifestLinks, outcomes.manifestLinks, nameOfLink),
    ...failures(plan.repositories, outcomes.repositories, ({ name }) => name),
    ...failures(plan.uploads, outcomes.uploads, ({ repository, id }) => `${repository} upload ${id}`),
    ...failures(plan.blobs, outcomes.blobs, ({ digest }) => digest),
    ...failures(plan.layerLinks, outcomes.layerLinks, nameOfLink),
  ];
}

function failures<T>(items: readonly T[], deletions: Deletion[], nameOf: (item: T) => string): Failure[] {
  const found: Failure[] = [];
  for (const [index, deletion] of deletions.entries())
    if (deletion.status === 'failed') found.push({ target: nameOf(items[index]!), message: deletion.message });
  return found;
}

const nameOfLink = ({ repository, digest }: LinkRemoval): string => `${repository}@${digest}`;
