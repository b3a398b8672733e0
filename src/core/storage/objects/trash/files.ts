import { randomUUID } from 'node:crypto';
import { RegadmError } from '../../../model/errors.js';
import type { TrashFile } from '../../trash.js';
import { noConditions } from '../no-conditions.js';
import type { ObjectStore, VersionedObject } from '../object-store.js';
import { CarefulDeleter } from './careful-deleter.js';
import { fileKey, parseTrashed } from './place.js';

/** Maximum size of a file of regadm, in bytes: the mark file of a million blobs is smaller. */
export const FILE_LIMIT_BYTES = 512 * 1024 * 1024;

/** What reads and writes the files of regadm. */
export interface TrashFiles {
  read(path: string, signal?: AbortSignal): Promise<TrashFile | undefined>;
  replace(path: string, content: Buffer, expected: string | undefined): Promise<string | undefined>;
  list(directory: string, signal?: AbortSignal): Promise<string[]>;
  delete(paths: readonly string[]): Promise<void>;
}

/** Files of regadm in a store with writes that depend on the version of an object: one object for each file. */
export class VersionedFiles implements TrashFiles {
  constructor(
    private readonly store: ObjectStore,
    private readonly base: string,
    private readonly conditions: Conditions,
  ) {}

  read(path: string, signal?: AbortSignal): Promise<TrashFile | undefined> {
    return this.store.readVersion(fileKey(this.base, path), FILE_LIMIT_BYTES, signal);
  }

  async replace(path: string, content: Buffer, expected: string | undefined): Promise<string | undefined> {
    await this.conditions.check();
    if ((await this.store.writeIf(fileKey(this.base, path), content, expected)) === 'conflict') return undefined;
    // What is there decides.
    const found = await this.read(path);
    return found?.content.equals(content) ? found.version : undefined;
  }

  list(directory: string, signal?: AbortSignal): Promise<string[]> {
    return listFiles(this.store, this.base, { directory, signal });
  }

  async delete(paths: readonly string[]): Promise<void> {
    await deleteFiles(
      this.store,
      paths.map((path) => fileKey(this.base, path)),
    );
  }
}

/** Beginning of the names of objects with which conditions are tried out. */
const PROBE = 'probe-';
/** Age after which such an object is not in use, in ms. */
const PROBE_MS = 60 * 60 * 1000;

/** Finds out once whether a store honors the conditions of writes. One that ignores them would let two runs write. */
export class Conditions {
  private checked: Promise<void> | undefined;
  private met = false;

  constructor(
    private readonly store: ObjectStore,
    private readonly base: string,
  ) {}

  /** @throws RegadmError STORAGE_UNCONDITIONAL (exit status 4) if the store does not honor them */
  check(): Promise<void> {
    this.checked ??= this.tryOut().then(() => void (this.met = true));
    this.checked.catch(() => (this.checked = undefined));
    return this.checked;
  }

  /** True if it is known that the store honors them. */
  get areMet(): boolean {
    return this.met;
  }

  private async tryOut(): Promise<void> {
    const { store, base } = this;
    const key = `${base}${PROBE}${randomUUID()}`;
    const read = (): Promise<VersionedObject | undefined> => store.readVersion(key, FILE_LIMIT_BYTES);
    const write = async (content: string, expected?: string): Promise<boolean> => {
      const result = await store.writeIf(key, Buffer.from(content), expected, { isProbe: true });
      return result === 'unknown' ? (await read())?.content.toString() === content : result === 'written';
    };
    try {
      await write('1');
      if (await write('2')) throw await this.refusal('If-None-Match');
      const first = await read();
      if (first?.content.toString() !== '1') throw await this.refusal('If-None-Match');
      if (store.limits.createsOnly) return;
      if (!(await write('3', first.version)) || (await write('4', first.version))) throw await this.refusal('If-Match');
    } finally {
      await store.delete([key]).catch(() => undefined);
      await this.deleteOld().catch(() => undefined);
    }
  }

  /** Deletes what runs have left that were killed. That of a run that is under way stays. */
  private async deleteOld(): Promise<void> {
    const { store, base } = this;
    const now = await store.now();
    for await (const page of store.list(`${base}${PROBE}`)) {
      const old = page.filter(({ writtenAt }) => writtenAt < now - PROBE_MS).slice(0, store.limits.batchSize);
      if (old.length > 0) await store.delete(old.map(({ key }) => key));
    }
  }

  private async refusal(condition: string): Promise<Error> {
    const { store } = this;
    await store.warnings().catch(() => undefined);
    return noConditions({ name: store.name, condition, keepsVersions: store.limits.keepsVersions });
  }
}

/** Lists the keys of files of regadm, as paths; without blobs. */
async function listFiles(
  store: ObjectStore,
  base: string,
  { directory, signal }: { directory: string; signal?: AbortSignal },
): Promise<string[]> {
  const prefix = directory === '' ? base : `${fileKey(base, directory)}/`;
  const paths: string[] = [];
  for await (const page of store.list(prefix, signal))
    for (const { key } of page)
      if (key.startsWith(prefix) && !parseTrashed(base, key)) paths.push(key.slice(base.length));
  return paths;
}

/** Deletes the keys of files of regadm. @throws RegadmError STORAGE_ERROR */
async function deleteFiles(store: ObjectStore, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const start = await store.now();
  const deleter = new CarefulDeleter(store, { writtenBy: () => start - 1, keepsSegments: true });
  const deletions = await deleter.delete(keys, { mayContinue: () => Promise.resolve() });
  const failed = deletions.find((deletion) => deletion.status === 'failed');
  if (failed)
    throw new RegadmError(`${store.name}: cannot delete a file of regadm: ${failed.message}`, {
      code: 'STORAGE_ERROR',
    });
}
