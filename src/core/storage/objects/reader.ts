import type { Digest } from '../../model/digest.js';
import { blobData, hexOf, linkDirectory } from '../layout.js';
import type { DeletionRun, LinkWrite, StoredLink, StoredTag, Survey, SurveyVisitor } from '../storage.js';
import type { StorageTrash } from '../trash.js';
import { writeEach } from '../write-each.js';
import type { Source } from './list-directory.js';
import type { ObjectStore } from './object-store.js';
import { readTagObjects } from './read-tags.js';
import { ObjectTrash } from './trash/index.js';
import { LINK_LIMIT_BYTES, findBlobObjects, findLinkObjects, surveyObjects } from './survey.js';

/** What can be read from a registry's storage, and added to it, without a listing that is kept. */
export class ObjectReader {
  protected readonly source: Source;
  private ownTrash: ObjectTrash | undefined;

  /** @param root key of the registry's `docker/registry/v2` */
  constructor(
    protected readonly store: ObjectStore,
    root: string,
  ) {
    this.source = { store, root };
  }

  warnings(signal?: AbortSignal): Promise<string[]> {
    return this.store.warnings(signal);
  }

  survey(visitor: SurveyVisitor): Promise<Survey> {
    return surveyObjects(this.source, visitor);
  }

  findBlobs(digests: readonly Digest[], signal?: AbortSignal): Promise<(number | undefined)[]> {
    return findBlobObjects({ ...this.source, signal }, digests);
  }

  /** A listing of objects consists of the data. */
  findListedData(hexes: readonly string[]): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set(hexes));
  }

  findLinks(links: readonly StoredLink[], signal?: AbortSignal): Promise<boolean[]> {
    return findLinkObjects({ ...this.source, signal }, links);
  }

  readTags(repository: string, signal?: AbortSignal): Promise<StoredTag[]> {
    return readTagObjects({ ...this.source, signal }, repository);
  }

  writeLinks(links: readonly StoredLink[], { mayContinue }: Pick<DeletionRun, 'mayContinue'>): Promise<LinkWrite[]> {
    const { store, root } = this.source;
    const keyOf = (link: StoredLink): string => `${linkDirectory(root, link)}/link`;
    return writeEach(
      links,
      { concurrency: store.limits.concurrency, mayContinue },
      {
        hasBlob: async ({ digest }) => (await store.find(blobData(root, hexOf(digest)))) !== undefined,
        read: async (link) => (await store.read(keyOf(link), LINK_LIMIT_BYTES))?.toString('utf8'),
        write: (link) => store.write(keyOf(link), link.digest),
      },
    );
  }

  trash(): StorageTrash {
    this.ownTrash ??= new ObjectTrash(this.store, this.source.root, (hex) => this.listedSize(hex));
    return this.ownTrash;
  }

  close(): Promise<void> {
    return this.store.close();
  }

  /** Returns the size of a blob if a listing showed it. */
  protected listedSize(_hex: string): number | undefined {
    return undefined;
  }
}
