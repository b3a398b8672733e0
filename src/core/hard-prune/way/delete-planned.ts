import type { Deletion, DeletionRun, RepositoryDeletion, Storage } from '../../storage/storage.js';
import type { HardPrunePlan, LinkRemoval } from '../plan/types.js';
import type { Failure } from '../../model/document.js';
import type { Deletions, Outcomes } from '../report.js';

/**
 * Deletes what a plan names: manifest links, whole repositories, uploads, blobs, layer links to deleted blobs. Links
 * are deleted before blobs, so that a killed run leaves blobs without links, which the next run finds, and never a link
 * to a deleted blob. For the same reason, a blob is kept if its manifest link could not be deleted.
 */
export async function deletePlanned(storage: Storage, plan: HardPrunePlan, run: DeletionRun): Promise<Deletions> {
  const latched = latch(run);
  const manifestLinks = await storage.deleteManifestLinks(plan.manifestLinks, latched);
  const names = plan.repositories.map(({ name }) => name);
  const repositories = await storage.deleteRepositories(names, latched);
  const uploads = await storage.deleteUploads(plan.uploads, latched);
  const blobs = await deleteBlobs(storage, plan, linksLeft(plan, manifestLinks, repositories), latched);
  const layerLinks = await storage.deleteLayerLinks(plan.layerLinks, latched);
  const outcomes = { blobs, manifestLinks, repositories, layerLinks, uploads };
  return { plan, outcomes, failures: failuresOf(plan, outcomes) };
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
  storage: Storage,
  { blobs }: HardPrunePlan,
  isLinked: IsLinked,
  run: DeletionRun,
): Promise<Deletion[]> {
  const digests = blobs.map(({ digest }) => digest).filter((digest) => !isLinked(digest));
  const deletions = (await storage.deleteBlobs(digests, run)).values();
  return blobs.map(({ digest }) =>
    isLinked(digest)
      ? { status: 'skipped', reason: 'its manifest link could not be deleted' }
      : (deletions.next().value as Deletion),
  );
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
