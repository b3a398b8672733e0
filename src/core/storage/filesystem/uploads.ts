import type { CandidateFacts, StoredRepository } from '../../model/registry-storage.js';
import { forEachParallel } from '../../kit/parallel.js';
import { PARALLEL, entriesIn, readSmallFile, statOf } from './files.js';
import { uploadDirectory } from '../layout.js';

/** Looks up when each upload was last written to. @throws RegadmError STORAGE_UNREADABLE */
export async function inspectUploads(
  root: string,
  repositories: StoredRepository[],
): Promise<CandidateFacts['uploads']> {
  const uploads = repositories.flatMap(({ name, uploads }) => uploads.map((id) => ({ repository: name, id })));
  const found: CandidateFacts['uploads'] = [];
  await forEachParallel(uploads, PARALLEL, async ({ repository, id }) => {
    found.push({ repository, id, writtenAt: await uploadWrittenAt(root, repository, id) });
  });
  return found;
}

/** Finds the time of an upload's last write: that of its newest file, `hashstates` included. */
export async function uploadWrittenAt(root: string, repository: string, id: string): Promise<number> {
  const path = uploadDirectory(root, repository, id);
  return (await newestFileIn(path)) || ((await statOf(path))?.mtimeMs ?? 0);
}

async function newestFileIn(path: string): Promise<number> {
  let latest = 0;
  for (const entry of await entriesIn(path)) {
    const file = `${path}/${entry.name}`;
    if (entry.isDirectory()) latest = Math.max(latest, await newestFileIn(file));
    else if (entry.name === 'startedat') latest = Math.max(latest, await startedAt(file));
    else latest = Math.max(latest, (await statOf(file))?.mtimeMs ?? 0);
  }
  return latest;
}

/**
 * Returns the earlier of the time in `startedat` and the file's own time: in a copied storage, files are younger than
 * their content.
 */
async function startedAt(file: string): Promise<number> {
  const written = (await statOf(file))?.mtimeMs ?? 0;
  const stated = Date.parse((await readSmallFile(file)) ?? '');
  return Number.isNaN(stated) ? written : Math.min(stated, written);
}
