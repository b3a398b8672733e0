import { readFile } from 'node:fs/promises';
import type { CandidateFacts, Candidates, FileFacts, StorageSnapshot } from '../../model/registry-storage.js';
import { entriesIn, forEachParallel, isMissing, statOf } from './files.js';
import { blobData, blobFolder, layersFolder, repositoryFolder, revisionsFolder, uploadFolder } from './layout.js';

export interface InspectOptions {
  /** Also look for layer links whose blob is not there; needs a walk with `layers`. */
  danglingLinks: boolean;
  /** Ages count: look at what the candidate repositories name. */
  ages: boolean;
}

/** Looks at the files of what may go: existence, sizes, times of writing. @throws RegadmError STORAGE_UNREADABLE */
export async function inspectCandidates(
  root: string,
  storage: StorageSnapshot,
  candidates: Candidates,
  options: InspectOptions,
): Promise<CandidateFacts> {
  const going = new Set(candidates.repositories.map(({ name }) => name));
  return {
    blobs: await inspectBlobs(root, candidates.blobs),
    manifestLinks: await inspectManifestLinks(root, candidates),
    repositories: options.ages ? await newestOf(root, going) : new Map(),
    danglingLayerLinks: options.danglingLinks ? await findDangling(root, storage, candidates, going) : [],
    uploads: await inspectUploads(root, storage, going),
  };
}

async function inspectBlobs(root: string, hexes: string[]): Promise<Map<string, FileFacts>> {
  const found = new Map<string, FileFacts>();
  await forEachParallel(hexes, async (hex) => {
    const facts = await blobFacts(root, hex);
    if (facts) found.set(hex, facts);
  });
  return found;
}

/** A blob's size and time of writing; undefined when it is not there, or is reached only through a symbolic link. */
export async function blobFacts(root: string, hex: string): Promise<FileFacts | undefined> {
  if (!(await statOf(blobFolder(root, hex)))?.isDirectory()) return undefined;
  const stats = await statOf(blobData(root, hex));
  return stats?.isFile() ? { bytes: stats.size, writtenAt: stats.mtimeMs } : undefined;
}

/** As the registry's pruner sees them: a link counts only if it names what its folder says, and its blob is there. */
async function inspectManifestLinks(root: string, candidates: Candidates): Promise<CandidateFacts['manifestLinks']> {
  const found: CandidateFacts['manifestLinks'] = [];
  await forEachParallel(candidates.manifestLinks, async ({ repository, hex }) => {
    if ((await readSmallFile(`${revisionsFolder(root, repository)}/${hex}/link`)) !== `sha256:${hex}`) return;
    const blob = await blobFacts(root, hex);
    if (blob) found.push({ repository, hex, writtenAt: blob.writtenAt });
  });
  return found;
}

/** A small file's text; undefined when it is not there or no regular file. */
async function readSmallFile(path: string): Promise<string | undefined> {
  const stats = await statOf(path);
  if (!stats?.isFile() || stats.size > 1024) return undefined;
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    (error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    },
  );
}

/** When the newest blob that a repository names, or the newest upload in it, was written. */
async function newestOf(root: string, names: Set<string>): Promise<Map<string, number>> {
  const newest = new Map<string, number>();
  await forEachParallel(names, async (name) => {
    let latest = 0;
    for (const folder of [revisionsFolder(root, name), layersFolder(root, name)]) {
      for (const entry of await entriesIn(folder))
        latest = Math.max(latest, (await blobFacts(root, entry.name))?.writtenAt ?? 0);
    }
    for (const upload of await entriesIn(`${repositoryFolder(root, name)}/_uploads`)) {
      if (upload.isDirectory()) latest = Math.max(latest, await uploadWrittenAt(root, name, upload.name));
    }
    newest.set(name, latest);
  });
  return newest;
}

/** A blob written after the walk is seen here, so that its link does not look dangling. */
async function findDangling(
  root: string,
  storage: StorageSnapshot,
  candidates: Candidates,
  going: Set<string>,
): Promise<CandidateFacts['danglingLayerLinks']> {
  const doomed = new Set(candidates.blobs);
  const staying = new Set(storage.blobs.filter((hex) => !doomed.has(hex)));
  const found: CandidateFacts['danglingLayerLinks'] = [];
  const links = storage.repositories
    .filter(({ name }) => !going.has(name))
    .flatMap(({ name, layers = [] }) =>
      layers.filter((hex) => !staying.has(hex)).map((hex) => ({ repository: name, hex })),
    );
  await forEachParallel(links, async ({ repository, hex }) => {
    const blobGoes = (await statOf(blobData(root, hex))) !== undefined;
    if (blobGoes && !doomed.has(hex)) return;
    if ((await statOf(`${layersFolder(root, repository)}/${hex}/link`))?.isFile())
      found.push({ repository, hex, blobGoes });
  });
  return found;
}

async function inspectUploads(
  root: string,
  storage: StorageSnapshot,
  going: Set<string>,
): Promise<CandidateFacts['uploads']> {
  const uploads = storage.repositories.flatMap(({ name, uploads }) =>
    going.has(name) ? [] : uploads.map((id) => ({ repository: name, id })),
  );
  const found: CandidateFacts['uploads'] = [];
  await forEachParallel(uploads, async ({ repository, id }) => {
    found.push({ repository, id, writtenAt: await uploadWrittenAt(root, repository, id) });
  });
  return found;
}

/** When an upload was last written to: the newest of its files, `hashstates` included. */
async function uploadWrittenAt(root: string, repository: string, id: string): Promise<number> {
  const visit = async (path: string): Promise<number> => {
    let latest = 0;
    for (const entry of await entriesIn(path)) {
      const file = `${path}/${entry.name}`;
      if (entry.isDirectory()) latest = Math.max(latest, await visit(file));
      else if (entry.name === 'startedat') latest = Math.max(latest, await startedAt(file));
      else latest = Math.max(latest, (await statOf(file))?.mtimeMs ?? 0);
    }
    return latest;
  };
  const path = uploadFolder(root, repository, id);
  return (await visit(path)) || ((await statOf(path))?.mtimeMs ?? 0);
}

/** The earlier of what `startedat` says and when it was written: a copied storage has younger files. */
async function startedAt(file: string): Promise<number> {
  const written = (await statOf(file))?.mtimeMs ?? 0;
  const said = Date.parse((await readSmallFile(file)) ?? '');
  return Number.isNaN(said) ? written : Math.min(said, written);
}
