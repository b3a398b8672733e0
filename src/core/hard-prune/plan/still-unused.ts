import type { CandidateFacts, Candidates, StorageSnapshot } from '../../model/registry-storage.js';
import { chooseCandidates } from '../../orphans/plan/candidates.js';
import type { HardPruneRules } from '../../orphans/plan/types.js';
import type { ClusterUsage } from '../../orphans/plan/usage.js';

/** What a first look at a storage found. */
interface Found {
  snapshot: StorageSnapshot;
  candidates: Candidates;
  facts: CandidateFacts;
}

/** What of the cluster counts now. */
interface CurrentUse {
  usage: ClusterUsage;
  rules: HardPruneRules;
  /** Repositories that are used now, and were not before. */
  repositories: ReadonlySet<string>;
}

/**
 * Returns the candidates that are still unused, with what the storage contains of them. Adds none: what looks unused
 * only now waits for the next run.
 */
export function stillUnused(
  { snapshot, candidates, facts }: Found,
  { usage, rules, repositories: used }: CurrentUse,
): Pick<Found, 'candidates' | 'facts'> {
  const names = new Set(candidates.repositories.map(({ name }) => name));
  const links = new Map(candidates.manifestLinks.map((link) => [nameOf(link), link.evenDangling]));
  const concerned = new Set([...names, ...candidates.manifestLinks.map(({ repository }) => repository)]);
  const now = chooseCandidates(
    {
      ...snapshot,
      blobs: candidates.blobs,
      repositories: snapshot.repositories.filter(({ name }) => concerned.has(name)),
    },
    usage,
    rules,
  );
  const manifestLinks = now.manifestLinks.filter((link) => links.get(nameOf(link)) === link.evenDangling);
  const left = new Set(manifestLinks.map(nameOf));
  const repositories = now.repositories.filter(({ name }) => names.has(name) && !used.has(name));
  const linked = blobsOfKeptLinks({ snapshot, candidates }, { repositories, left });
  return {
    candidates: { repositories, manifestLinks, blobs: now.blobs.filter((hex) => !linked.has(hex)) },
    facts: { ...facts, manifestLinks: facts.manifestLinks.filter((link) => left.has(nameOf(link))) },
  };
}

/** Returns the blobs that the manifest links of former candidates lead to: a link that is kept keeps its blob. */
function blobsOfKeptLinks(
  { snapshot, candidates }: Pick<Found, 'snapshot' | 'candidates'>,
  { repositories, left }: { repositories: Candidates['repositories']; left: ReadonlySet<string> },
): Set<string> {
  const kept = new Set(candidates.repositories.map(({ name }) => name));
  for (const { name } of repositories) kept.delete(name);
  const links = candidates.manifestLinks.filter((link) => !left.has(nameOf(link))).map(({ hex }) => hex);
  return new Set([
    ...links,
    ...snapshot.repositories.filter(({ name }) => kept.has(name)).flatMap(({ manifests = [] }) => manifests),
  ]);
}

const nameOf = ({ repository, hex }: { repository: string; hex: string }): string => `${repository}@${hex}`;
