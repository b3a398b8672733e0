import { sha256Digest, type Digest } from '../../model/digest.js';
import type { CandidateFacts, Candidates, StorageSnapshot, StoredSizes } from '../../model/registry-storage.js';
import type {
  Deletion,
  DeletionRun,
  InspectOptions,
  Link,
  LinkWrite,
  ListOptions,
  MeasureOptions,
  OpenBlob,
  RecentLinks,
  Storage,
  StoredLink,
  StoredTag,
  Survey,
  SurveyVisitor,
  Upload,
} from '../storage.js';
import { BlobPrefixes } from './blob-prefixes.js';
import { deleteEach } from './delete-each.js';
import { deleteBlob } from './delete-files.js';
import { deleteLayerLink, deleteManifestLink, deleteRepository, deleteUpload } from './delete.js';
import { inspectCandidates } from './inspect.js';
import { hexOf } from '../layout.js';
import { KnownBlobs } from '../known-blobs.js';
import { findLinkedSince } from './link-times.js';
import { listStorage } from './list.js';
import { ListedBlobs } from './listed-blobs.js';
import { measureFiles } from './measure.js';
import { findRegistryRoot } from './open.js';
import { readTagFiles } from './read-tags.js';
import { openBlob, readBlob } from './read-blob.js';
import { findBlobFiles, findLinkFiles, surveyFiles } from './survey.js';
import { writeLinks } from './write-links.js';
import type { StorageTrash } from '../trash.js';
import { FilesystemTrash } from './trash/index.js';

/**
 * Opens the storage of a registry whose volume is mounted at a directory.
 * @throws RegadmError STORAGE_NOT_A_REGISTRY, STORAGE_UNKNOWN_LAYOUT (exit status 4)
 */
export async function openFilesystemStorage(directory: string): Promise<Storage> {
  return new FilesystemStorage(await findRegistryRoot(directory));
}

/** The registry's files, as its `filesystem` driver writes them. Symbolic links are never followed. */
class FilesystemStorage implements Storage {
  private listed: ListedBlobs | undefined;
  private ownTrash: FilesystemTrash | undefined;
  private readonly known = new KnownBlobs((hex) => this.listed?.includes(hex) ?? false);

  /** @param root the registry's `docker/registry/v2` */
  constructor(private readonly root: string) {}

  warnings(): Promise<string[]> {
    return Promise.resolve([]);
  }

  async list(options?: ListOptions): Promise<StorageSnapshot> {
    const startedAt = Date.now();
    const snapshot = await listStorage(this.root, options);
    this.listed = new ListedBlobs(this.root, snapshot.blobs, startedAt);
    return snapshot;
  }

  async findListedData(hexes: readonly string[], signal?: AbortSignal): Promise<ReadonlySet<string>> {
    const sizes = await findBlobFiles(this.root, hexes.map(sha256Digest), signal);
    return new Set(hexes.filter((_, at) => sizes[at] !== undefined));
  }

  survey(visitor: SurveyVisitor): Promise<Survey> {
    return surveyFiles(this.root, visitor);
  }

  findBlobs(digests: readonly Digest[], signal?: AbortSignal): Promise<(number | undefined)[]> {
    return findBlobFiles(this.root, digests, signal);
  }

  findLinks(links: readonly StoredLink[], signal?: AbortSignal): Promise<boolean[]> {
    return findLinkFiles(this.root, links, signal);
  }

  readTags(repository: string, signal?: AbortSignal): Promise<StoredTag[]> {
    return readTagFiles(this.root, repository, signal);
  }

  measure(snapshot: StorageSnapshot, options?: MeasureOptions): Promise<StoredSizes> {
    return measureFiles(this.root, snapshot, options);
  }

  inspect(snapshot: StorageSnapshot, candidates: Candidates, options: InspectOptions): Promise<CandidateFacts> {
    return inspectCandidates(this.root, snapshot, candidates, options);
  }

  async prepareDeletion(): Promise<void> {}

  findLinkedSince(digests: readonly Digest[], since: number): Promise<RecentLinks> {
    return findLinkedSince(this.root, digests, since);
  }

  readBlob(digest: Digest, limitBytes: number): Promise<Buffer | undefined> {
    const hex = hexOf(digest);
    return this.known.read(hex, () => readBlob(this.root, hex, limitBytes));
  }

  openBlob(digest: Digest, { signal }: { signal?: AbortSignal } = {}): Promise<OpenBlob | undefined> {
    const hex = hexOf(digest);
    return this.known.read(hex, () => openBlob(this.root, hex, signal));
  }

  deleteManifestLinks(links: readonly Link[], run: DeletionRun): Promise<Deletion[]> {
    return deleteEach(links, run, (link) => deleteManifestLink(this.root, link, run.keepWrittenSince));
  }

  deleteRepositories(names: readonly string[], run: DeletionRun): Promise<Deletion[]> {
    return deleteEach(names, run, (name) => deleteRepository(this.root, name, run.keepWrittenSince));
  }

  deleteUploads(uploads: readonly Upload[], run: DeletionRun): Promise<Deletion[]> {
    return deleteEach(uploads, run, (upload) => deleteUpload(this.root, upload));
  }

  async deleteBlobs(digests: readonly Digest[], run: DeletionRun): Promise<Deletion[]> {
    this.known.expectDeletions();
    const prefixes = new BlobPrefixes(this.root);
    try {
      return await deleteEach(digests, run, (digest) => deleteBlob(prefixes, hexOf(digest), run.keepWrittenSince));
    } finally {
      await prefixes.close();
    }
  }

  deleteLayerLinks(links: readonly Link[], run: DeletionRun): Promise<Deletion[]> {
    return deleteEach(links, run, (link) => deleteLayerLink(this.root, link, run.keepWrittenSince));
  }

  writeLinks(links: readonly StoredLink[], run: Pick<DeletionRun, 'mayContinue'>): Promise<LinkWrite[]> {
    return writeLinks(this.root, links, run);
  }

  trash(): StorageTrash {
    return (this.ownTrash ??= new FilesystemTrash(this.root));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
