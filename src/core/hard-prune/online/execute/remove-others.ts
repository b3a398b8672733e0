import type { HardPrunePlan } from '../../../orphans/plan/types.js';
import type { Deletion, DeletionRun } from '../../../storage/storage.js';
import type { OnlineRun } from '../run.js';

/**
 * Removes what a hard prune in read-only mode removes beside blobs: manifest links that no image stream lists,
 * repositories without an image stream, unfinished uploads, and links to blobs that exist nowhere.
 */
export async function removeOthers(
  { storage, progress }: OnlineRun,
  { manifestLinks, repositories, uploads, layerLinks }: HardPrunePlan,
  run: DeletionRun,
): Promise<void> {
  const { outcomes } = progress;
  outcomes.manifestLinks = await storage.deleteManifestLinks(manifestLinks, run);
  const names = repositories.map(({ name }) => name);
  outcomes.repositories = await storage.deleteRepositories(names, run);
  outcomes.uploads = await storage.deleteUploads(uploads, run);
  outcomes.layerLinks = await storage.deleteLayerLinks(layerLinks, run);
  const fail = <T>(items: readonly T[], results: readonly Deletion[], nameOf: (item: T) => string): void => {
    for (const [at, result] of results.entries())
      if (result.status === 'failed') progress.failures.push({ target: nameOf(items[at]!), message: result.message });
  };
  const nameOfLink = ({ repository, digest }: { repository: string; digest: string }): string =>
    `${repository}@${digest}`;
  fail(manifestLinks, outcomes.manifestLinks, nameOfLink);
  fail(repositories, outcomes.repositories, ({ name }) => name);
  fail(uploads, outcomes.uploads, ({ repository, id }) => `${repository} upload ${id}`);
  fail(layerLinks, outcomes.layerLinks, nameOfLink);
}
