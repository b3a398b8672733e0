import { mapParallel } from '../../kit/parallel.js';
import { messageOf } from '../../model/errors.js';
import { uploadDirectory } from '../layout.js';
import { DELETED, GONE, WRITTEN, reportDeleted } from '../results.js';
import type { Deletion, DeletionRun, Upload } from '../storage.js';
import type { KeyDeleter } from './delete-keys.js';
import { parseKey } from './keys.js';
import { BLOBS } from './list.js';
import type { Source } from './list-directory.js';
import type { OpenUpload } from './object-store.js';
import { StoreRefusal } from './store-refusal.js';

interface Removal extends Source {
  deleter: KeyDeleter;
  run: DeletionRun;
  /** Open uploads by the name of the repository. */
  open: ReadonlyMap<string, OpenUpload[]>;
  /** Returns when the upload was last written to, as the plan knows it. */
  knownTime(upload: Upload): number | undefined;
}

/** Lists the open uploads below the root. @returns those of the layout, by the name of the repository */
export async function listOpenUploads({ store, root, signal }: Source): Promise<Map<string, OpenUpload[]>> {
  const found = new Map<string, OpenUpload[]>();
  for await (const page of store.listUploads(`${root}/`, signal))
    for (const upload of page) {
      const owner = ownerOf(upload, root);
      if (owner) found.set(owner.repository, [...(found.get(owner.repository) ?? []), upload]);
    }
  return found;
}

/** Returns the upload that an open upload belongs to; undefined if its key is not part of the layout. */
function ownerOf({ key }: OpenUpload, root: string): Upload | undefined {
  const parsed = parseKey(key.slice(root.length + 1), 0);
  if (parsed.kind === 'blob') return { repository: BLOBS, id: parsed.hex };
  return parsed.kind === 'upload' ? { repository: parsed.repository, id: parsed.id } : undefined;
}

/**
 * Deletes uploads: aborts their parts, then deletes their keys. Reads each one again, and keeps it if it was written to
 * since the plan was made.
 */
export async function deleteUploads(uploads: readonly Upload[], removal: Removal): Promise<Deletion[]> {
  const { store, run, deleter } = removal;
  const work = async (upload: Upload): Promise<Deletion> => {
    const deletion = await deleteUpload(upload, removal).catch((error: unknown): Deletion => {
      if (error instanceof StoreRefusal) throw error;
      return { status: 'failed', message: messageOf(error) };
    });
    reportDeleted([deletion], run);
    return deletion;
  };
  const results: Deletion[] = [];
  // One after the other until one is deleted: a refusal must not end the run while others are being deleted.
  while (!deleter.mayHaveDeleted && results.length < uploads.length) results.push(await work(uploads[results.length]!));
  results.push(...(await mapParallel(uploads.slice(results.length), store.limits.concurrency, work)));
  return results;
}

async function deleteUpload(upload: Upload, removal: Removal): Promise<Deletion> {
  const { store, root, deleter, run, open, knownTime } = removal;
  const parts = (open.get(upload.repository) ?? []).filter((each) => ownerOf(each, root)?.id === upload.id);
  const keys: string[] = [];
  let newest = Math.max(0, ...parts.map(({ startedAt }) => startedAt));
  if (upload.repository !== BLOBS)
    for await (const page of store.list(`${uploadDirectory(root, upload.repository, upload.id)}/`))
      for (const { key, bytes, writtenAt } of page) {
        newest = Math.max(newest, writtenAt);
        if (parseKey(key.slice(root.length + 1), bytes).kind === 'upload') keys.push(key);
      }
  if (newest > (knownTime(upload) ?? Infinity) || newest >= (run.keepWrittenSince ?? Infinity)) return WRITTEN;
  if (keys.length + parts.length === 0) return GONE;
  for (const part of parts) {
    const aborted = await deleter.act(run, () => store.abortUpload(part));
    if (aborted.status !== 'deleted') return aborted;
  }
  const deletions = await deleter.delete(keys, { ...run, onProgress: undefined });
  return deletions.find(({ status }) => status === 'failed' || status === 'skipped') ?? DELETED;
}
