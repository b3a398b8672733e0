import type { HardPrunePlan } from '../../orphans/plan/types.js';

/** Returns true for a link that a plan removes, whatever becomes of its blob. */
export function removedBy({
  manifestLinks,
  repositories,
}: Pick<HardPrunePlan, 'manifestLinks' | 'repositories'>): (link: { repository: string; path: string }) => boolean {
  const wholly = new Set(repositories.map(({ name }) => name));
  const links = new Set(manifestLinks.map(({ repository, digest }) => `${repository}@${digest}`));
  return ({ repository, path }) => wholly.has(repository) || links.has(`${repository}@${path}`);
}
