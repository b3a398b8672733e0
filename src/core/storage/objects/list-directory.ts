import { forEachParallel } from '../../kit/parallel.js';
import { RegadmError } from '../../model/errors.js';
import type { ObjectStore, StoredObject } from './object-store.js';

/** A registry in an object store. */
export interface Source {
  store: ObjectStore;
  /** Key of the registry's `docker/registry/v2`. */
  root: string;
  signal?: AbortSignal;
  /** Called with the number of objects of each page. */
  onPage?(count: number): void;
  /** Objects that were written earlier may be omitted; in ms since the epoch. */
  writtenSince?: number;
}

/** What takes the pages of a part that is listed in order. */
export interface Part {
  take(objects: StoredObject[]): void | Promise<void>;
  /** Called after the last page. */
  end?(): void;
}

/** How a directory is listed. */
interface Parts {
  /** Called once for each part. */
  startPart(): Part;
  /**
   * Decides, if there are more pages than these, whether to list the directory in parallel parts instead; undefined to
   * decide after the next page.
   */
  isLarge(pages: StoredObject[][]): boolean | undefined;
  /** Lists what no part covers, and returns the parts, as prefixes below the root. */
  split(): Promise<string[]>;
}

/** Lists all keys of a directory below the root: page by page if it is small, else in parallel parts. */
export async function listDirectory(source: Source, directory: string, parts: Parts): Promise<void> {
  if (await listSmall(source, directory, parts)) return;
  const { concurrency } = source.store.limits;
  await forEachParallel(await parts.split(), { concurrency }, async (part) => {
    const reader = parts.startPart();
    for await (const page of pagesBelow(source, part)) await reader.take(page);
    reader.end?.();
  });
}

/** @returns false if the directory is large; then nothing was taken */
async function listSmall(source: Source, directory: string, parts: Parts): Promise<boolean> {
  const reader = parts.startPart();
  const waiting: StoredObject[][] = [];
  let isSmall: boolean | undefined;
  for await (const page of pagesBelow(source, directory)) {
    if (page.length === 0) continue;
    if (isSmall === undefined && waiting.length > 0) {
      const isLarge = parts.isLarge(waiting);
      if (isLarge) return false;
      isSmall = isLarge === undefined ? undefined : true;
    }
    waiting.push(page);
    if (isSmall) for (const each of waiting.splice(0)) await reader.take(each);
  }
  for (const page of waiting) await reader.take(page);
  reader.end?.();
  return true;
}

/** Lists one level of a directory below the root. @returns the prefixes in it, below the root */
export async function levelBelow(source: Source, directory: string, take: Part['take']): Promise<string[]> {
  const { store, root, signal } = source;
  const found: string[] = [];
  for await (const { objects, prefixes } of store.listLevel(`${root}/${directory}`, signal)) {
    signal?.throwIfAborted();
    for (const key of [...prefixes, ...objects.map((object) => object.key)])
      assertBelow(store, key, `${root}/${directory}`);
    await take(objects);
    found.push(...prefixes.map((prefix) => prefix.slice(root.length + 1)));
  }
  return found;
}

async function* pagesBelow(source: Source, prefix: string): AsyncGenerator<StoredObject[]> {
  const { store, root, signal, writtenSince, onPage } = source;
  for await (const page of store.list(`${root}/${prefix}`, signal, writtenSince)) {
    signal?.throwIfAborted();
    for (const { key } of page) assertBelow(store, key, `${root}/${prefix}`);
    onPage?.(page.length);
    yield page;
  }
}

/** @throws RegadmError STORAGE_UNREADABLE if a listing contains a key that was not asked for */
function assertBelow(store: ObjectStore, key: string, prefix: string): void {
  if (key.startsWith(prefix)) return;
  throw new RegadmError(
    `cannot read the whole storage of the registry: ${store.name} lists ${JSON.stringify(key.slice(0, 200))} below ${prefix}`,
    { code: 'STORAGE_UNREADABLE' },
  );
}
