import { createHash } from 'node:crypto';
import { sha256Hex, type Digest } from '../../src/core/model/digest.js';
import type { Deletion, DeletionRun, LinkWrite, Storage } from '../../src/core/storage/storage.js';
import type {
  LinkFile,
  LinkVisitor,
  Move,
  MoveBack,
  StorageTrash,
  TrashedBlob,
  TrashFile,
} from '../../src/core/storage/trash.js';

const hexOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const placeOf = ({ repository, kind, path }: LinkFile): string => `${repository} ${kind} ${path}`;
const trashPlace = ({ date, hex }: TrashedBlob): string => `${date}/${hex}`;

type Run = Pick<DeletionRun, 'mayContinue' | 'onProgress'>;

/**
 * A registry's storage in memory, with a trash: only what `core/trash-store` uses. Its clock passes when a test sets
 * it. Every change is announced to `onChange`, which can throw, as if the process were killed or the request failed.
 */
export class MemoryStorage implements StorageTrash {
  /** Blobs in their place, by hex. */
  readonly blobs = new Map<string, Buffer>();
  /** Blobs in the trash, by `DATE/HEX`. */
  readonly trashed = new Map<string, Buffer>();
  readonly links = new Map<string, LinkFile>();
  readonly files = new Map<string, TrashFile>();
  /** The storage's clock, in ms since the epoch. */
  time = Date.parse('2026-11-26T12:00:00Z');
  listsLate = false;
  unansweredAt: number | undefined;
  identity = 'memory';
  /** Called before each change: its error is that of the call. */
  onChange: (change: string) => void = () => {};
  /** Returns true for a link that cannot be written. */
  refusesLink: (link: LinkFile) => boolean = () => false;
  /** Called before each file is read. */
  onRead: (path: string) => void = () => {};
  private versions = 0;

  /** The port to the registry's part of this storage. */
  asStorage(): Storage {
    const inPlace = (digest: Digest): Buffer | undefined => this.blobs.get(sha256Hex(digest) ?? '');
    const storage: Pick<Storage, 'readBlob' | 'findBlobs' | 'trash'> = {
      readBlob: async (digest) => inPlace(digest),
      findBlobs: async (digests) => digests.map((digest) => inPlace(digest)?.length),
      trash: () => this,
    };
    return storage as Storage;
  }

  /** Adds a blob in its place. @returns its hex */
  push(content: string, ...links: Omit<LinkFile, 'path' | 'digest'>[]): string {
    const hex = hexOf(Buffer.from(content));
    this.blobs.set(hex, Buffer.from(content));
    for (const link of links) this.link(hex, link);
    return hex;
  }

  link(hex: string, link: Omit<LinkFile, 'path' | 'digest'> & { path?: string }): void {
    const digest = `sha256:${hex}` as Digest;
    const file = { path: digest, ...link, digest };
    this.links.set(placeOf(file), file);
  }

  /** Describes what is in the trash. */
  trashList(): string[] {
    return [...this.trashed.keys()].sort();
  }

  identify(): Promise<string> {
    return Promise.resolve(this.identity);
  }

  warnings(): Promise<string[]> {
    return Promise.resolve([]);
  }

  now(): Promise<number> {
    return Promise.resolve(this.time);
  }

  /** As {@link now}, which writes nothing here. */
  estimateNow(): Promise<number> {
    return this.now();
  }

  async readBlob(blob: TrashedBlob): Promise<Buffer | undefined> {
    return this.trashed.get(trashPlace(blob));
  }

  async readFile(path: string): Promise<TrashFile | undefined> {
    this.onRead(path);
    return this.files.get(path);
  }

  async replaceFile(path: string, content: Buffer, expected: string | undefined): Promise<string | undefined> {
    this.onChange(`write ${path}`);
    if (this.files.get(path)?.version !== expected) return undefined;
    const version = String(++this.versions);
    this.files.set(path, { content, version });
    return version;
  }

  async listFiles(directory: string): Promise<string[]> {
    return [...this.files.keys()].filter((path) => path.startsWith(`${directory}/`)).sort();
  }

  async deleteFiles(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      this.onChange(`delete ${path}`);
      this.files.delete(path);
    }
  }

  async walkLinks({ onLink, onWalked }: LinkVisitor): Promise<void> {
    for (const link of [...this.links.values()]) onLink({ ...link });
    onWalked?.(this.links.size);
  }

  deleteLinks(links: readonly LinkFile[], run: DeletionRun): Promise<Deletion[]> {
    return this.each(links, run, (link): Deletion => {
      this.onChange(`unlink ${placeOf(link)}`);
      return { status: this.links.delete(placeOf(link)) ? 'deleted' : 'gone' };
    });
  }

  restoreLinks(links: readonly LinkFile[], run: Pick<DeletionRun, 'mayContinue'>): Promise<LinkWrite[]> {
    return this.each(links, run, (link): LinkWrite => {
      if (this.links.has(placeOf(link))) return { status: 'exists' };
      if (this.refusesLink(link)) return { status: 'failed', message: 'it is refused' };
      this.onChange(`link ${placeOf(link)}`);
      this.links.set(placeOf(link), link);
      return { status: 'written' };
    });
  }

  moveBlobs(hexes: readonly string[], date: string, run: Run): Promise<Move[]> {
    return this.each(hexes, run, (hex): Move => {
      const content = this.blobs.get(hex);
      if (!content) return { status: 'gone' };
      this.onChange(`move ${hex}`);
      this.trashed.set(trashPlace({ hex, date }), content);
      this.blobs.delete(hex);
      return { status: 'moved', bytes: content.length };
    });
  }

  moveBlobsBack(blobs: readonly TrashedBlob[], run: Run): Promise<MoveBack[]> {
    return this.each(blobs, run, (blob): MoveBack => {
      const content = this.trashed.get(trashPlace(blob));
      if (!content) return { status: 'gone' };
      if (this.blobs.has(blob.hex)) return { status: 'exists' };
      this.onChange(`move back ${blob.hex}`);
      this.blobs.set(blob.hex, content);
      this.trashed.delete(trashPlace(blob));
      return { status: 'restored', bytes: content.length };
    });
  }

  async listBlobs(take: (blob: TrashedBlob & { bytes: number }) => void): Promise<void> {
    for (const [place, content] of this.trashed) {
      const [date = '', hex = ''] = place.split('/');
      take({ date, hex, bytes: content.length });
    }
  }

  deleteBlobs(blobs: readonly TrashedBlob[], run: Run): Promise<Deletion[]> {
    return this.each(blobs, run, (blob): Deletion => {
      this.onChange(`purge ${blob.hex}`);
      return { status: this.trashed.delete(trashPlace(blob)) ? 'deleted' : 'gone' };
    });
  }

  /** Works on items one by one, as a driver does: once the run may not continue, the rest is skipped. */
  private async each<T, R>(
    items: readonly T[],
    { mayContinue }: Pick<DeletionRun, 'mayContinue'>,
    work: (item: T) => R,
  ): Promise<(R | { status: 'skipped'; reason: string })[]> {
    const results: (R | { status: 'skipped'; reason: string })[] = [];
    let reason: string | undefined;
    for (const item of items) {
      if (reason === undefined) await mayContinue().catch((error: unknown) => (reason = String(error)));
      results.push(reason === undefined ? work(item) : { status: 'skipped', reason });
    }
    return results;
  }
}
