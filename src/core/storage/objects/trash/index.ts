import type { Deletion, DeletionRun, LinkWrite } from '../../runs.js';
import type { LinkFile, LinkVisitor, Move, MoveBack, StorageTrash, TrashFile, TrashedBlob } from '../../trash.js';
import { foreignTrashWarnings } from '../../foreign-trash.js';
import { versionsWarning } from '../no-conditions.js';
import type { ObjectStore } from '../object-store.js';
import { deleteTrashed, listTrashed } from './blobs.js';
import { deleteLinkObjects, restoreLinkObjects } from './change-links.js';
import { CreatedFiles } from './created-files.js';
import { Conditions, VersionedFiles, type TrashFiles } from './files.js';
import { moveBlobs, moveBlobsBack } from './move-blobs.js';
import { rootDirectory, trashOf, type TrashSource } from './place.js';
import { walkLinkObjects } from './walk-links.js';

type Run = Pick<DeletionRun, 'mayContinue' | 'onProgress'>;

/** What regadm keeps in an object store next to a registry. */
export class ObjectTrash implements StorageTrash {
  private readonly source: TrashSource;
  private readonly conditions: Conditions;
  private readonly files: TrashFiles;
  private hasAbortedCopies = false;
  /** What does not belong in the trash, as its last listing has shown it. */
  private foreign: string[] | undefined;
  /** Number of keys of all repositories; without a walk, it counts as unlimited. */
  private totalKeys = Infinity;

  /**
   * @param root key of the registry's `docker/registry/v2`
   * @param sizeOf returns the size of a blob in its place if a listing showed it
   */
  constructor(
    private readonly store: ObjectStore,
    root: string,
    sizeOf: (hex: string) => number | undefined,
  ) {
    const base = `${rootDirectory(root)}regadm/`;
    this.source = { store, root, base, sizeOf };
    this.conditions = new Conditions(store, base);
    const Files = store.limits.createsOnly ? CreatedFiles : VersionedFiles;
    this.files = new Files(store, base, this.conditions);
  }

  get listsLate(): boolean {
    return this.store.limits.listsLate;
  }

  get unansweredAt(): number | undefined {
    return this.store.unansweredAt;
  }

  identify(): Promise<string> {
    return Promise.resolve(`${this.store.name}/${rootDirectory(this.source.root)}`.replace(/\/$/, ''));
  }

  async warnings(signal?: AbortSignal): Promise<string[]> {
    if (!this.foreign) await this.listBlobs(() => undefined, signal);
    const foreign = foreignTrashWarnings(this.foreign ?? []);
    if (this.conditions.areMet) return foreign;
    await this.store.warnings(signal);
    return this.store.limits.keepsVersions ? [versionsWarning(this.store.name), ...foreign] : foreign;
  }

  now(signal?: AbortSignal): Promise<number> {
    return this.store.now(signal);
  }

  /** A look at the clock changes nothing. */
  estimateNow(signal?: AbortSignal): Promise<number> {
    return this.store.now(signal);
  }

  readFile(path: string, signal?: AbortSignal): Promise<TrashFile | undefined> {
    return this.files.read(path, signal);
  }

  replaceFile(path: string, content: Buffer, expected: string | undefined): Promise<string | undefined> {
    return this.files.replace(path, content, expected);
  }

  listFiles(directory: string, signal?: AbortSignal): Promise<string[]> {
    return this.files.list(directory, signal);
  }

  deleteFiles(paths: readonly string[]): Promise<void> {
    return this.files.delete(paths);
  }

  async walkLinks(visitor: LinkVisitor): Promise<void> {
    this.totalKeys = await walkLinkObjects(this.source, visitor);
  }

  deleteLinks(links: readonly LinkFile[], run: DeletionRun): Promise<Deletion[]> {
    return deleteLinkObjects(this.source, links, { run, total: this.totalKeys });
  }

  restoreLinks(links: readonly LinkFile[], run: Pick<DeletionRun, 'mayContinue'>): Promise<LinkWrite[]> {
    return restoreLinkObjects(this.source, links, { ...run, check: () => this.conditions.check() });
  }

  async moveBlobs(hexes: readonly string[], date: string, run: Run): Promise<Move[]> {
    if (!this.hasAbortedCopies) await this.abortCopies(run);
    return moveBlobs(
      this.source,
      hexes.map((hex) => ({ hex, date })),
      run,
    );
  }

  moveBlobsBack(blobs: readonly TrashedBlob[], run: Run): Promise<MoveBack[]> {
    return moveBlobsBack(this.source, blobs, run);
  }

  async listBlobs(take: (blob: TrashedBlob & { bytes: number }) => void, signal?: AbortSignal): Promise<void> {
    this.foreign = await listTrashed(this.source, take, signal);
  }

  readBlob(blob: TrashedBlob, limitBytes: number): Promise<Buffer | undefined> {
    return this.store.read(trashOf(this.source, blob), limitBytes);
  }

  deleteBlobs(blobs: readonly TrashedBlob[], run: Run): Promise<Deletion[]> {
    return deleteTrashed(this.source, blobs, run);
  }

  /**
   * Aborts copies in parts that a run left behind when it was killed: only the holder of the lease copies to the trash.
   * A failure leaves parts that use space, and do no harm.
   */
  private async abortCopies({ mayContinue }: Run): Promise<void> {
    try {
      await mayContinue();
      for await (const uploads of this.store.listUploads(`${this.source.base}trash/`))
        for (const upload of uploads) await this.store.abortUpload(upload);
      this.hasAbortedCopies = true;
    } catch {
      // The next run tries again.
    }
  }
}
