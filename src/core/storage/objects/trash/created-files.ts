import { RegadmError } from '../../../model/errors.js';
import type { TrashFile } from '../../trash.js';
import type { ObjectStore, StoredObject } from '../object-store.js';
import { CarefulDeleter } from './careful-deleter.js';
import type { Conditions } from './files.js';
import { FILE_LIMIT_BYTES, type TrashFiles } from './files.js';
import { fileKey } from './place.js';

/** Time for which an older version is kept: a process that sleeps longer than that could write over a newer one. */
const KEPT_MS = 7 * 86_400_000;
/** Number of versions after which old ones are deleted. */
const TIDY_EVERY = 50;
const DIGITS = 12;

/** A version of a file. An empty one means that the file was deleted. */
interface Version {
  number: number;
  content: Buffer;
}

/**
 * Files of regadm in a store where a write can depend only on whether an object exists: each version is an object of
 * its own, `versions/<path>/<number>`. The newest one counts, and writing a file means creating the next one, which
 * only one of several writers can.
 */
export class CreatedFiles implements TrashFiles {
  /** Numbers of the newest known versions, by path. */
  private readonly known = new Map<string, number>();

  constructor(
    private readonly store: ObjectStore,
    private readonly base: string,
    private readonly conditions: Conditions,
  ) {}

  async read(path: string, signal?: AbortSignal): Promise<TrashFile | undefined> {
    const newest = await this.newest(path, signal);
    return newest && newest.content.length > 0
      ? { content: newest.content, version: String(newest.number) }
      : undefined;
  }

  async replace(path: string, content: Buffer, expected: string | undefined): Promise<string | undefined> {
    await this.conditions.check();
    const former = expected === undefined ? await this.newest(path) : undefined;
    if (former && former.content.length > 0) return undefined;
    const number = (expected === undefined ? (former?.number ?? 0) : Number(expected)) + 1;
    if (!Number.isSafeInteger(number) || number < 1) return undefined;
    if (!(await this.create(path, number, content))) return undefined;
    // What stays does no harm.
    if (number % TIDY_EVERY === 0) await this.tidy(path, number).catch(() => undefined);
    return String(number);
  }

  async list(directory: string, signal?: AbortSignal): Promise<string[]> {
    const start = `${this.base}versions/`;
    const prefix = directory === '' ? start : `${fileKey(start, directory)}/`;
    // In the order of keys: the last version of each path counts.
    const newest = new Map<string, number>();
    for await (const page of this.store.list(prefix, signal))
      for (const { key, bytes } of page) newest.set(key.slice(start.length, key.lastIndexOf('/')), bytes);
    return [...newest].filter(([, bytes]) => bytes > 0).map(([path]) => path);
  }

  async delete(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.deleteFile(path);
  }

  private async deleteFile(path: string): Promise<void> {
    const newest = await this.newest(path);
    if (!newest || newest.content.length === 0) return;
    const versions = await this.versions(path);
    const now = await this.store.now();
    const last = this.keyOf(path, newest.number);
    // One that the listing does not show yet was written recently.
    const isListed = versions.some(({ key }) => key === last);
    if (isListed && versions.every(({ writtenAt }) => writtenAt < now - KEPT_MS)) {
      // As long as older versions exist, the last one must: otherwise, one of them would count.
      await this.remove(
        path,
        versions.map(({ key }) => key).filter((key) => key !== last),
      );
      await this.remove(path, [last]);
    } else if (!(await this.create(path, newest.number + 1, Buffer.alloc(0))))
      throw new RegadmError(`${this.store.name}: cannot delete ${path}: another process has written it`, {
        code: 'STORAGE_ERROR',
      });
  }

  /** Creates a version. @returns false if there is one */
  private async create(path: string, number: number, content: Buffer): Promise<boolean> {
    const key = this.keyOf(path, number);
    if ((await this.store.writeIf(key, content, undefined)) === 'conflict') return false;
    const found = await this.store.readVersion(key, FILE_LIMIT_BYTES);
    if (!found?.content.equals(content)) return false;
    this.known.set(path, number);
    return true;
  }

  /**
   * Reads the newest version. A listing only states where to begin: it can lag behind.
   * @returns undefined if there is none
   */
  private async newest(path: string, signal?: AbortSignal): Promise<Version | undefined> {
    const known = this.known.get(path);
    const found = known === undefined ? undefined : await this.newestFrom(path, known, signal);
    if (found) return found;
    const listed = (await this.versions(path, signal)).map(({ key }) => Number(key.slice(-DIGITS)));
    return this.newestFrom(path, Math.max(1, ...listed), signal);
  }

  private async newestFrom(path: string, first: number, signal?: AbortSignal): Promise<Version | undefined> {
    let newest: Version | undefined;
    for (let number = first; ; number++) {
      const found = await this.store.readVersion(this.keyOf(path, number), FILE_LIMIT_BYTES, signal);
      if (!found) break;
      newest = { number, content: found.content };
    }
    if (newest) this.known.set(path, newest.number);
    return newest;
  }

  private async versions(path: string, signal?: AbortSignal): Promise<StoredObject[]> {
    const found: StoredObject[] = [];
    for await (const page of this.store.list(`${fileKey(`${this.base}versions/`, path)}/`, signal)) found.push(...page);
    return found.filter(({ key }) => /\/\d{12}$/.test(key));
  }

  /** Deletes old versions. @throws RegadmError */
  private async tidy(path: string, newest: number): Promise<void> {
    const now = await this.store.now();
    const old = (await this.versions(path)).filter(
      ({ key, writtenAt }) => Number(key.slice(-DIGITS)) < newest && writtenAt < now - KEPT_MS,
    );
    await this.remove(
      path,
      old.map(({ key }) => key),
    );
  }

  /** @throws RegadmError STORAGE_ERROR if one of them was not deleted */
  private async remove(path: string, keys: readonly string[]): Promise<void> {
    const deleter = new CarefulDeleter(this.store, { writtenBy: () => Infinity, keepsSegments: true });
    const deletions = await deleter.delete(keys, { mayContinue: () => Promise.resolve() });
    const failed = deletions.find((deletion) => deletion.status === 'failed');
    if (failed)
      throw new RegadmError(`${this.store.name}: cannot delete ${path}: ${failed.message}`, { code: 'STORAGE_ERROR' });
  }

  private keyOf(path: string, number: number): string {
    return `${fileKey(`${this.base}versions/`, path)}/${String(number).padStart(DIGITS, '0')}`;
  }
}
