import type { StorageSnapshot } from '../../../model/registry-storage.js';
import { chooseCandidates } from '../../../orphans/plan/candidates.js';
import { freezePlan, type HardPrunePlan, type HardPruneRules } from '../../../orphans/plan/types.js';
import type { ClusterUsage } from '../../../orphans/plan/usage.js';

/**
 * Returns what of a plan is still unused at a later look: an image that was pushed meanwhile is listed only now, and
 * its manifest link looked unused before.
 */
export function stillRemovable(
  plan: HardPrunePlan,
  snapshot: StorageSnapshot,
  { usage, rules }: { usage: ClusterUsage; rules: HardPruneRules },
): HardPrunePlan {
  const { manifestLinks, repositories } = plan;
  if (manifestLinks.length + repositories.length === 0) return plan;
  const concerned = new Set([...repositories.map(({ name }) => name), ...manifestLinks.map((link) => link.repository)]);
  const stored = snapshot.repositories.filter(({ name }) => concerned.has(name));
  const now = chooseCandidates({ ...snapshot, blobs: [], repositories: stored }, usage, rules);
  const links = new Set(now.manifestLinks.map(({ repository, hex }) => `${repository}@sha256:${hex}`));
  const wholly = new Set(now.repositories.map(({ name }) => name));
  return freezePlan({
    ...plan,
    manifestLinks: manifestLinks.filter(({ repository, digest }) => links.has(`${repository}@${digest}`)),
    repositories: repositories.filter(({ name }) => wholly.has(name)),
  });
}
