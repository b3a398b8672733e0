import { forEachParallel } from '../../kit/parallel.js';
import type { BlobFacts, CandidateFacts, Candidates, WrittenLink } from '../../model/registry-storage.js';
import { addSizes } from './hidden-sizes.js';
import { blobData } from '../layout.js';
import type { InspectOptions } from '../storage.js';
import { BLOBS, type Listing } from './list.js';
import type { Source } from './list-directory.js';
import { type IndexedRepository, type LinkList } from './repository-index.js';

/**
 * Looks up existence, sizes and times of the candidates in a listing.
 * @throws RegadmError if a blob cannot be looked up whose link seems to dangle
 */
export async function inspectListing(
  source: Source,
  listing: Listing,
  candidates: Candidates,
  options: InspectOptions,
): Promise<CandidateFacts> {
  const names = new Set(candidates.repositories.map(({ name }) => name));
  const others = [...listing.repositories.all()].filter(({ name }) => !names.has(name));
  const blobs = new Map<string, BlobFacts>();
  for (const hex of candidates.blobs) {
    const facts = listing.blobs.factsOf(hex);
    if (facts) blobs.set(hex, facts);
  }
  const keptBlobs = source.store.limits.hidesSizes ? await addSizes(source, blobs) : undefined;
  if (options.linkAges) addLinkTimes(listing, blobs);
  const { newest, links } = options.ages ? newestOf(listing, names, options.linkAges) : NOTHING;
  return {
    blobs,
    keptBlobs,
    manifestLinks: inspectManifestLinks(listing, candidates, options.linkAges),
    repositories: newest,
    linksOfRepositories: links,
    danglingLayerLinks: options.danglingLinks ? await findDangling(source, listing, others, blobs) : [],
    uploads: uploadsOf(listing, others),
  };
}

const NOTHING: RepositoryAges = { newest: new Map(), links: [] };

/** The newest blob, link or upload of each repository, and the manifest links in them. */
interface RepositoryAges {
  newest: Map<string, number>;
  links: WrittenLink[];
}

function addLinkTimes({ repositories }: Listing, blobs: Map<string, BlobFacts>): void {
  if (blobs.size === 0) return;
  for (const { manifests, layers } of repositories.all())
    for (const { hexes, times } of [manifests, layers])
      for (const [at, hex] of hexes.entries()) {
        const blob = blobs.get(hex);
        if (blob) blob.linkedAt = Math.max(blob.linkedAt ?? 0, times[at]!);
      }
}

/**
 * Checks manifest links as the registry's pruner does: a link counts only if its blob exists, or if it is to be deleted
 * without a blob too.
 */
function inspectManifestLinks(listing: Listing, { manifestLinks }: Candidates, linkAges: boolean): WrittenLink[] {
  const found: WrittenLink[] = [];
  const times = new Map<string, Map<string, number>>();
  for (const { repository, hex, evenDangling } of manifestLinks) {
    const ofRepository = times.get(repository) ?? timesOf(listing.repositories.get(repository)?.manifests);
    times.set(repository, ofRepository);
    const linkedAt = ofRepository.get(hex);
    if (linkedAt === undefined) continue;
    const isDangling = evenDangling && !listing.foreign.has(blobEntry(hex));
    const writtenAt = listing.blobs.writtenAt(hex) ?? (isDangling ? linkedAt : undefined);
    if (writtenAt !== undefined)
      found.push({ repository, hex, writtenAt: linkAges ? Math.max(writtenAt, linkedAt) : writtenAt });
  }
  return found;
}

/** The entry of `foreign` for a key in the place of a blob. */
const blobEntry = (hex: string): string => `blobs/sha256/${hex.slice(0, 2)}/${hex}`;

function timesOf({ hexes, times }: LinkList = { hexes: [], times: [] }): Map<string, number> {
  return new Map(hexes.map((hex, at) => [hex, times[at]!]));
}

function newestOf({ repositories, blobs }: Listing, names: Set<string>, linkAges: boolean): RepositoryAges {
  const ages: RepositoryAges = { newest: new Map(), links: [] };
  for (const name of names) {
    const repository = repositories.get(name);
    let latest = 0;
    for (const links of [repository?.manifests, repository?.layers])
      for (const [at, hex] of (links?.hexes ?? []).entries()) {
        const linkedAt = linkAges ? links!.times[at]! : 0;
        const writtenAt = Math.max(blobs.writtenAt(hex) ?? 0, linkedAt);
        latest = Math.max(latest, writtenAt);
        if (linkAges && links === repository?.manifests) ages.links.push({ repository: name, hex, writtenAt });
      }
    for (const writtenAt of repository?.uploads.values() ?? []) latest = Math.max(latest, writtenAt);
    ages.newest.set(name, latest);
  }
  return ages;
}

/** Finds links without a blob. Looks up each blob that is not in the listing: it can have been written since. */
async function findDangling(
  { store, root, signal }: Source,
  { blobs }: Listing,
  repositories: IndexedRepository[],
  candidates: ReadonlyMap<string, BlobFacts>,
): Promise<CandidateFacts['danglingLayerLinks']> {
  const links = repositories.flatMap(({ name, layers: { hexes, times } }) =>
    hexes.flatMap((hex, at) =>
      candidates.has(hex) || blobs.writtenAt(hex) === undefined
        ? [{ repository: name, hex, writtenAt: times[at]!, blobIsCandidate: candidates.has(hex) }]
        : [],
    ),
  );
  const missing = new Set(links.filter(({ blobIsCandidate }) => !blobIsCandidate).map(({ hex }) => hex));
  const existing = new Set<string>();
  await forEachParallel(missing, { concurrency: store.limits.concurrency }, async (hex) => {
    if (await store.find(blobData(root, hex), signal)) existing.add(hex);
  });
  return links.filter(({ hex }) => !existing.has(hex));
}

function uploadsOf({ blobUploads }: Listing, repositories: IndexedRepository[]): CandidateFacts['uploads'] {
  const found: CandidateFacts['uploads'] = [];
  for (const { name, uploads } of repositories)
    for (const [id, writtenAt] of uploads) found.push({ repository: name, id, writtenAt });
  for (const [hex, writtenAt] of blobUploads) found.push({ repository: BLOBS, id: hex, writtenAt });
  return found;
}
