import type { CandidateFacts, Candidates, FileFacts } from '../../model/registry-storage.js';
import type { BlobRemoval, HardPrunePlan, Kept, LinkRemoval, UploadRemoval } from './plan-types.js';

export interface HardPruneLimits {
  /** What was written later than so many milliseconds ago stays. */
  keepYoungerThanMs: number;
  /** Uploads last written more than so many milliseconds ago go; undefined: none. */
  uploadsOlderThanMs?: number;
}

/**
 * The plan of a hard prune on the storage itself: candidates, less what is too young.
 * @param now milliseconds since 1970; a time of writing in the future counts as young
 */
export function planHardPrune(
  candidates: Candidates,
  facts: CandidateFacts,
  limits: HardPruneLimits,
  now: number,
  totalBlobs: number,
): HardPrunePlan {
  const kept: Kept[] = [];
  const mayGo = (kind: Kept['kind'], name: string, writtenAt: number): boolean => {
    if (limits.keepYoungerThanMs === 0 || now - writtenAt >= limits.keepYoungerThanMs) return true;
    kept.push({ kind, name, because: `written ${describeAge(now - writtenAt)} ago` });
    return false;
  };
  const repositories = candidates.repositories.filter(({ name }) =>
    mayGo('repository', name, facts.repositories.get(name) ?? 0),
  );
  const manifestLinks = facts.manifestLinks
    .filter(({ repository, hex, writtenAt }) => mayGo('manifest-link', `${repository}@sha256:${hex}`, writtenAt))
    .map(toLink);
  const blobs = blobRemovals(candidates.blobs, facts.blobs, mayGo);
  const goingWhole = new Set(repositories.map(({ name }) => name));
  return {
    repositories: repositories.sort((a, b) => compare(a.name, b.name)),
    manifestLinks: manifestLinks.sort(compareLinks),
    layerLinks: layerLinkRemovals(facts, goingWhole, blobs),
    uploads: uploadRemovals(facts, goingWhole, limits, now),
    blobs,
    bytes: blobs.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    totalBlobs,
    abandonedUploads: facts.uploads.length,
    kept,
  };
}

function blobRemovals(
  candidates: string[],
  facts: Map<string, FileFacts>,
  mayGo: (kind: Kept['kind'], name: string, writtenAt: number) => boolean,
): BlobRemoval[] {
  const removals: BlobRemoval[] = [];
  for (const hex of candidates) {
    const file = facts.get(hex);
    if (file && mayGo('blob', `sha256:${hex}`, file.writtenAt))
      removals.push({ digest: `sha256:${hex}`, bytes: file.bytes });
  }
  return removals.sort((a, b) => compare(a.digest, b.digest));
}

/** A link to a blob that stays, being young, stays too. */
function layerLinkRemovals(facts: CandidateFacts, goingWhole: Set<string>, blobs: BlobRemoval[]): LinkRemoval[] {
  const removed = new Set(facts.danglingLayerLinks.length > 0 ? blobs.map(({ digest }) => digest) : []);
  return facts.danglingLayerLinks
    .filter(
      ({ repository, hex, blobGoes }) => !goingWhole.has(repository) && (!blobGoes || removed.has(`sha256:${hex}`)),
    )
    .map(toLink)
    .sort(compareLinks);
}

function uploadRemovals(
  facts: CandidateFacts,
  goingWhole: Set<string>,
  limits: HardPruneLimits,
  now: number,
): UploadRemoval[] {
  const { uploadsOlderThanMs } = limits;
  if (uploadsOlderThanMs === undefined) return [];
  return facts.uploads
    .filter(({ repository, writtenAt }) => !goingWhole.has(repository) && now - writtenAt >= uploadsOlderThanMs)
    .map(({ repository, id }) => ({ repository, id }))
    .sort((a, b) => compare(a.repository, b.repository) || compare(a.id, b.id));
}

const toLink = ({ repository, hex }: { repository: string; hex: string }): LinkRemoval => ({
  repository,
  digest: `sha256:${hex}`,
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const compareLinks = (a: LinkRemoval, b: LinkRemoval): number =>
  compare(a.repository, b.repository) || compare(a.digest, b.digest);

function describeAge(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 120 ? `${seconds}s` : `${Math.round(seconds / 60)}m`;
}
