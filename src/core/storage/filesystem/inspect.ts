import type {
  BlobFacts,
  CandidateFacts,
  Candidates,
  StorageSnapshot,
  WrittenLink,
} from '../../model/registry-storage.js';
import type { InspectOptions } from '../storage.js';
import { forEachParallel } from '../../kit/parallel.js';
import { PARALLEL, entriesIn, namesIn, readSmallFile, statOf } from './files.js';
import { addLinkTimes, linkWrittenAt } from './link-times.js';
import { HEX, blobData, blobDirectory, layerLinks, manifestLinks, repositoryDirectory } from '../layout.js';
import { inspectUploads, uploadWrittenAt } from './uploads.js';

/**
 * Looks up existence, sizes and times of the candidates for deletion.
 * @throws RegadmError STORAGE_UNREADABLE
 */
export async function inspectCandidates(
  root: string,
  snapshot: StorageSnapshot,
  candidates: Candidates,
  options: InspectOptions,
): Promise<CandidateFacts> {
  const names = new Set(candidates.repositories.map(({ name }) => name));
  const others = snapshot.repositories.filter(({ name }) => !names.has(name));
  const blobs = await inspectBlobs(root, candidates.blobs);
  if (options.linkAges) await addLinkTimes(root, snapshot.repositories, blobs);
  const { newest, links } = options.ages ? await newestOf(root, names, options.linkAges) : NOTHING;
  return {
    blobs,
    manifestLinks: await inspectManifestLinks(root, candidates, options.linkAges),
    repositories: newest,
    linksOfRepositories: links,
    danglingLayerLinks: options.danglingLinks
      ? await findDangling(root, { ...snapshot, repositories: others }, candidates)
      : [],
    uploads: await inspectUploads(root, others),
  };
}

const NOTHING: RepositoryAges = { newest: new Map(), links: [] };

async function inspectBlobs(root: string, hexes: string[]): Promise<Map<string, BlobFacts>> {
  const found = new Map<string, BlobFacts>();
  await forEachParallel(hexes, PARALLEL, async (hex) => {
    const facts = await blobFacts(root, hex);
    if (facts) found.set(hex, facts);
  });
  return found;
}

/** Reads a blob's size and age; undefined when it does not exist or can be reached only through a symbolic link. */
export async function blobFacts(root: string, hex: string): Promise<BlobFacts | undefined> {
  if (!(await statOf(blobDirectory(root, hex)))?.isDirectory()) return undefined;
  const stats = await statOf(blobData(root, hex));
  return stats?.isFile() ? { bytes: stats.size, writtenAt: stats.mtimeMs } : undefined;
}

/**
 * Checks manifest links as the registry's pruner does: a link counts only if it contains its directory's digest and its
 * blob exists, or if it is to be deleted without a blob too.
 */
async function inspectManifestLinks(root: string, candidates: Candidates, linkAges: boolean): Promise<WrittenLink[]> {
  const found: WrittenLink[] = [];
  await forEachParallel(candidates.manifestLinks, PARALLEL, async ({ repository, hex, evenDangling }) => {
    const link = `${manifestLinks(root, repository)}/${hex}/link`;
    if ((await readSmallFile(link)) !== `sha256:${hex}`) return;
    const blob = await blobFacts(root, hex);
    const writtenAt = blob?.writtenAt ?? (evenDangling ? await danglingSince(root, hex, link) : undefined);
    if (writtenAt === undefined) return;
    const linkedAt = linkAges ? await linkWrittenAt(manifestLinks(root, repository), hex) : 0;
    found.push({ repository, hex, writtenAt: Math.max(writtenAt, linkedAt) });
  });
  return found;
}

/** Returns when a link was written whose blob does not exist; undefined if anything is in the place of the blob. */
async function danglingSince(root: string, hex: string, link: string): Promise<number | undefined> {
  const directory = await statOf(blobDirectory(root, hex));
  if (directory && (!directory.isDirectory() || (await statOf(blobData(root, hex))))) return undefined;
  return (await statOf(link))?.mtimeMs;
}

/** The newest blob, link or upload of each repository, and the manifest links in them. */
interface RepositoryAges {
  newest: Map<string, number>;
  links: WrittenLink[];
}

/** Finds the time of the newest blob that each repository links to, of its newest link, or of its newest upload. */
async function newestOf(root: string, names: Set<string>, linkAges: boolean): Promise<RepositoryAges> {
  const ages: RepositoryAges = { newest: new Map(), links: [] };
  await forEachParallel(names, PARALLEL, async (repository) => {
    let latest = 0;
    for (const directory of [manifestLinks(root, repository), layerLinks(root, repository)]) {
      for (const hex of (await namesIn(directory)).filter((name) => HEX.test(name))) {
        const blobWrittenAt = (await blobFacts(root, hex))?.writtenAt ?? 0;
        const writtenAt = Math.max(blobWrittenAt, linkAges ? await linkWrittenAt(directory, hex) : 0);
        latest = Math.max(latest, writtenAt);
        if (linkAges && directory === manifestLinks(root, repository)) ages.links.push({ repository, hex, writtenAt });
      }
    }
    for (const upload of await entriesIn(`${repositoryDirectory(root, repository)}/_uploads`)) {
      if (upload.isDirectory()) latest = Math.max(latest, await uploadWrittenAt(root, repository, upload.name));
    }
    ages.newest.set(repository, latest);
  });
  return ages;
}

/**
 * Finds links without a blob. Looks for each blob again that is not in the listing: a link to a newly written blob must
 * not look dangling.
 */
async function findDangling(
  root: string,
  { blobs, repositories }: StorageSnapshot,
  candidates: Candidates,
): Promise<CandidateFacts['danglingLayerLinks']> {
  const candidateBlobs = new Set(candidates.blobs);
  const kept = new Set(blobs.filter((hex) => !candidateBlobs.has(hex)));
  const links = repositories.flatMap(({ name, layers = [] }) =>
    layers.filter((hex) => !kept.has(hex)).map((hex) => ({ repository: name, hex })),
  );
  const found: CandidateFacts['danglingLayerLinks'] = [];
  await forEachParallel(links, PARALLEL, async ({ repository, hex }) => {
    const exists = (await statOf(blobData(root, hex))) !== undefined;
    if (exists && !candidateBlobs.has(hex)) return;
    const link = await statOf(`${layerLinks(root, repository)}/${hex}/link`);
    if (link?.isFile()) found.push({ repository, hex, blobIsCandidate: exists, writtenAt: link.mtimeMs });
  });
  return found;
}
