import { sha256Digest } from '../../model/digest.js';
import { compareText } from '../../model/values/compare-text.js';
import type { Amount, BlobFacts, CandidateFacts, Candidates } from '../../model/registry-storage.js';
import {
  compareLinks,
  freezePlan,
  type BlobRemoval,
  type HardPrunePlan,
  type Kept,
  type LinkRemoval,
  type UploadRemoval,
} from './types.js';

/** Ages that decide what is deleted. */
export interface AgeLimits {
  /** Data written less than this ago is kept, in ms; 0: age does not matter. */
  keepYoungerThanMs: number;
  /** Uploads last written longer ago than this are deleted, in ms; undefined: none are. */
  uploadsOlderThanMs?: number;
}

/** What was read from a storage and a cluster to make a plan. */
export interface Evidence {
  candidates: Candidates;
  facts: CandidateFacts;
  /** What recently written manifests name, with the manifest, as hex. */
  named: ReadonlyMap<string, string>;
  /** Number of blobs in the storage. */
  totalBlobs: number;
  /** When it was gathered, in ms since the epoch. A write time after that counts as young. */
  now: number;
}

/** Plans a hard prune of the storage: the candidates, except for what is too young. */
export function planHardPrune(evidence: Evidence, limits: AgeLimits): HardPrunePlan {
  const { candidates, facts, named, totalBlobs, now } = evidence;
  const youth = new YouthFilter(limits.keepYoungerThanMs, now, named);
  const repositories = candidates.repositories.filter(({ name }) =>
    youth.isOld('repository', name, facts.repositories.get(name) ?? 0),
  );
  const manifestLinks = facts.manifestLinks
    .filter(
      ({ repository, hex, writtenAt }) =>
        youth.isOld('manifest-link', `${repository}@sha256:${hex}`, writtenAt) &&
        youth.isUnnamed('manifest-link', `${repository}@sha256:${hex}`, hex),
    )
    .map(toLink);
  const blobs = blobRemovals(candidates.blobs, facts.blobs, youth);
  const wholly = new Set(repositories.map(({ name }) => name));
  return freezePlan({
    repositories: repositories.sort((a, b) => compareText(a.name, b.name)),
    manifestLinks: manifestLinks.sort(compareLinks),
    layerLinks: layerLinkRemovals({ facts, wholly, blobs, youth }),
    uploads: uploadRemovals(facts, wholly, limits.uploadsOlderThanMs, now),
    blobs,
    bytes: blobs.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    totalBlobs,
    abandonedUploads: facts.uploads.length,
    kept: youth.kept,
  });
}

/** Keeps what is younger than the limit, and what young manifests name. Records it. */
class YouthFilter {
  readonly kept: Kept[] = [];

  constructor(
    private readonly limitMs: number,
    private readonly now: number,
    private readonly named: ReadonlyMap<string, string>,
  ) {}

  isOld(kind: Kept['kind'], name: string, writtenAt: number): boolean {
    const age = this.now - writtenAt;
    if (this.limitMs === 0 || age >= this.limitMs) return true;
    this.kept.push({ kind, name, because: `written ${formatAge(age)} ago` });
    return false;
  }

  isUnnamed(kind: Kept['kind'], name: string, hex: string): boolean {
    const manifest = this.named.get(hex);
    if (manifest === undefined) return true;
    this.kept.push({ kind, name, because: `named by manifest sha256:${manifest}, which was written recently` });
    return false;
  }
}

/** Sums the blobs that a plan with this limit deletes, without their names: there can be millions. */
export function sumBlobRemovals({ candidates, facts, named, now }: Evidence, keepYoungerThanMs: number): Amount {
  const youth = new YouthFilter(keepYoungerThanMs, now, named);
  const sum = { count: 0, bytes: 0 };
  for (const [, { bytes }] of removedBlobs(candidates.blobs, facts.blobs, youth)) {
    sum.count++;
    sum.bytes += bytes;
  }
  return sum;
}

function blobRemovals(candidates: string[], facts: Map<string, BlobFacts>, youth: YouthFilter): BlobRemoval[] {
  const removals: BlobRemoval[] = [];
  for (const [hex, { bytes }] of removedBlobs(candidates, facts, youth))
    removals.push({ digest: sha256Digest(hex), bytes });
  return removals.sort((a, b) => compareText(a.digest, b.digest));
}

function* removedBlobs(
  candidates: string[],
  facts: Map<string, BlobFacts>,
  youth: YouthFilter,
): Generator<[hex: string, facts: BlobFacts]> {
  for (const hex of candidates) {
    const blob = facts.get(hex);
    if (!blob) continue;
    const name = `sha256:${hex}`;
    const writtenAt = Math.max(blob.writtenAt, blob.linkedAt ?? 0);
    if (youth.isOld('blob', name, writtenAt) && youth.isUnnamed('blob', name, hex)) yield [hex, blob];
  }
}

interface LayerLinkChoice {
  facts: CandidateFacts;
  /** Repositories that are deleted as a whole. */
  wholly: Set<string>;
  blobs: BlobRemoval[];
  youth: YouthFilter;
}

/**
 * Returns the layer links to delete. A link to a blob that is kept because it is young is kept too, and a young link
 * without a blob: the push that wrote it may not have ended.
 */
function layerLinkRemovals({ facts, wholly, blobs, youth }: LayerLinkChoice): LinkRemoval[] {
  const links = facts.danglingLayerLinks;
  const removed = new Set(links.length > 0 ? blobs.map(({ digest }) => digest) : []);
  return links
    .filter(
      ({ repository, hex, blobIsCandidate, writtenAt }) =>
        !wholly.has(repository) &&
        (blobIsCandidate
          ? removed.has(sha256Digest(hex))
          : youth.isOld('layer-link', `${repository}@sha256:${hex}`, writtenAt)),
    )
    .map(toLink)
    .sort(compareLinks);
}

function uploadRemovals(
  { uploads }: CandidateFacts,
  wholly: Set<string>,
  olderThanMs: number | undefined,
  now: number,
): UploadRemoval[] {
  if (olderThanMs === undefined) return [];
  return uploads
    .filter(({ repository, writtenAt }) => !wholly.has(repository) && now - writtenAt >= olderThanMs)
    .map(({ repository, id }) => ({ repository, id }))
    .sort((a, b) => compareText(a.repository, b.repository) || compareText(a.id, b.id));
}

const toLink = ({ repository, hex }: { repository: string; hex: string }): LinkRemoval => ({
  repository,
  digest: sha256Digest(hex),
});

function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 120 ? `${seconds}s` : `${Math.round(seconds / 60)}m`;
}
