import path from 'node:path';
import type { Deletion, DeletionRun, LinkWrite } from '../../runs.js';
import type { LinkFile, LinkVisitor, Move, MoveBack, StorageTrash, TrashedBlob, TrashFile } from '../../trash.js';
import { readData } from '../read-blob.js';
import { identityOfRoot, storageTime } from './clock.js';
import { deleteTrashedBlobs } from './delete-blobs.js';
import { deleteLinks, restoreLinks } from './links.js';
import { foreignWarnings } from './foreign.js';
import { listTrashedBlobs } from './list-blobs.js';
import { moveBackFromTrash } from './move-back.js';
import { moveToTrash } from './move.js';
import { notChanged, notRead, OWN } from './own-directory.js';
import { deleteOwnFiles, listOwnFiles } from './own-files.js';
import { placeInTrash } from './places.js';
import { deleteOldTemporaries } from './temporaries.js';
import { VersionedFile } from './versions.js';
import { walkLinks } from './walk-links.js';

type Run = Pick<DeletionRun, 'mayContinue' | 'onProgress'>;

/** Files of regadm, and the trash, next to the registry's files. Symbolic links are never followed. */
export class FilesystemTrash implements StorageTrash {
  readonly listsLate = false;
  /** File systems answer, or the process waits. */
  readonly unansweredAt = undefined;
  /** The directory that contains `docker`. */
  private readonly base: string;
  /** When the clock was first read, by itself. */
  private startedAt: number | undefined;

  /** @param root the registry's `docker/registry/v2` */
  constructor(private readonly root: string) {
    this.base = path.resolve(root, '../../..');
  }

  identify(): Promise<string> {
    return identityOfRoot(this.root).catch((error: unknown) => {
      throw notRead(error, this.root);
    });
  }

  warnings(signal?: AbortSignal): Promise<string[]> {
    return this.reading('trash', () => foreignWarnings(this.base, signal));
  }

  async now(): Promise<number> {
    const now = await this.writing('', () => storageTime(this.base));
    if (this.startedAt === undefined) await deleteOldTemporaries(this.base, now);
    this.startedAt ??= now;
    return now;
  }

  estimateNow(): Promise<number> {
    return Promise.resolve(Date.now());
  }

  readFile(file: string): Promise<TrashFile | undefined> {
    return this.reading(file, () => new VersionedFile(this.base, file).read());
  }

  replaceFile(file: string, content: Buffer, expected: string | undefined): Promise<string | undefined> {
    return this.writing(file, () => new VersionedFile(this.base, file).replace(content, expected));
  }

  listFiles(directory: string): Promise<string[]> {
    return this.reading(directory, () => listOwnFiles(this.base, directory));
  }

  deleteFiles(files: readonly string[]): Promise<void> {
    return deleteOwnFiles(this.base, files);
  }

  walkLinks(visitor: LinkVisitor): Promise<void> {
    return walkLinks(this.root, visitor);
  }

  deleteLinks(links: readonly LinkFile[], run: DeletionRun): Promise<Deletion[]> {
    return deleteLinks(this.root, links, run);
  }

  restoreLinks(links: readonly LinkFile[], run: Pick<DeletionRun, 'mayContinue'>): Promise<LinkWrite[]> {
    return restoreLinks({ root: this.root, base: this.base, startedAt: this.startedAt }, links, run);
  }

  moveBlobs(hexes: readonly string[], date: string, run: Run): Promise<Move[]> {
    return moveToTrash({ root: this.root, base: this.base }, hexes, date, run);
  }

  moveBlobsBack(blobs: readonly TrashedBlob[], run: Run): Promise<MoveBack[]> {
    return moveBackFromTrash({ root: this.root, base: this.base }, blobs, run);
  }

  listBlobs(take: (blob: TrashedBlob & { bytes: number }) => void, signal?: AbortSignal): Promise<void> {
    return listTrashedBlobs(this.base, take, signal).catch((error: unknown) => {
      throw signal?.aborted ? error : notRead(error, `${this.base}/${OWN}/trash`);
    });
  }

  readBlob(blob: TrashedBlob, limitBytes: number): Promise<Buffer | undefined> {
    return readData(this.base, placeInTrash(blob), limitBytes);
  }

  deleteBlobs(blobs: readonly TrashedBlob[], run: Run): Promise<Deletion[]> {
    return deleteTrashedBlobs(this.base, blobs, run);
  }

  private reading<T>(file: string, read: () => Promise<T>): Promise<T> {
    return read().catch((error: unknown) => {
      throw notRead(error, path.join(this.base, OWN, file));
    });
  }

  private writing<T>(file: string, write: () => Promise<T>): Promise<T> {
    return write().catch((error: unknown) => {
      throw notChanged(error, 'write', path.join(this.base, OWN, file));
    });
  }
}
