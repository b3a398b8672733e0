import { forEachParallel, mapParallel } from '../../kit/parallel.js';
import type { Digest } from '../../model/digest.js';
import { RegadmError } from '../../model/errors.js';
import { blobData, hexOf, linkDirectory } from '../layout.js';
import type { StoredLink, Survey, SurveyVisitor, SurveyedRepository } from '../storage.js';
import type { ParsedKey } from './keys.js';
import { listBlobs, listRepositoryParts, type KeyTaker } from './list.js';
import type { Source } from './list-directory.js';
import { assertBlobLayout } from './open.js';

/**
 * Lists blobs and repositories page by page. Where listings hide sizes, looks up those of a page before the next page.
 * @throws RegadmError if any part cannot be read
 */
export async function surveyObjects(source: Source, visitor: SurveyVisitor): Promise<Survey> {
  const listed: Source = { ...source, signal: visitor.signal, onPage: visitor.onListed };
  const foreign = new Set<string>();
  let blobs = 0;
  const sizes = new HiddenSizes(listed, visitor);
  await listBlobs(listed, foreign, () => async (page) => {
    blobs += page.length;
    const hidden: string[] = [];
    for (const { hex, bytes } of page) {
      if (bytes === 0 && source.store.limits.hidesSizes) hidden.push(hex);
      else visitor.onBlob(hex, bytes);
    }
    if (hidden.length > 0) await sizes.report(hidden);
  });
  assertBlobLayout(source.store.name, blobs, foreign);
  const seen = new Set<string>();
  await listRepositoryParts(listed, () => new RepositoryPart(visitor, { seen, foreign, name: source.store.name }));
  return { ignored: [...foreign].sort() };
}

/** Looks up the blobs of one page at a time, whatever the number of pages that are read in parallel. */
class HiddenSizes {
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: Source,
    private readonly visitor: SurveyVisitor,
  ) {}

  report(hexes: readonly string[]): Promise<void> {
    this.last = this.last.then(() => this.lookUp(hexes));
    return this.last;
  }

  private async lookUp(hexes: readonly string[]): Promise<void> {
    const { store, root, signal } = this.source;
    await forEachParallel(hexes, store.limits, async (hex) => {
      signal?.throwIfAborted();
      const object = await store.find(blobData(root, hex), signal);
      if (object) this.visitor.onBlob(hex, object.bytes);
    });
  }
}

interface Listed {
  /** Name of the store. */
  name: string;
  /** Names of the repositories so far. */
  seen: Set<string>;
  foreign: Set<string>;
}

/** Collects the links of one repository: its keys follow each other in a listing. */
class RepositoryPart implements KeyTaker {
  private current: SurveyedRepository | undefined;

  constructor(
    private readonly visitor: SurveyVisitor,
    private readonly listed: Listed,
  ) {}

  take(key: ParsedKey): void {
    if (key.kind === 'foreign') this.listed.foreign.add(key.entry);
    if (key.kind === 'foreign' || key.kind === 'blob') return;
    const repository = this.repository(key.repository);
    if (key.kind === 'manifest-link') repository.manifests.push(key.hex);
    if (key.kind === 'layer-link') repository.layers.push(key.hex);
  }

  end(): void {
    if (this.current) this.visitor.onRepository(this.current);
    this.current = undefined;
  }

  /** @throws RegadmError STORAGE_UNREADABLE if the keys of a repository do not follow each other */
  private repository(name: string): SurveyedRepository {
    if (this.current?.name === name) return this.current;
    this.end();
    const { seen } = this.listed;
    if (seen.has(name))
      throw new RegadmError(
        `cannot read the whole storage of the registry: ${this.listed.name} lists its keys in no order: those of repository ${JSON.stringify(name.slice(0, 300))} are in several places`,
        { code: 'STORAGE_UNREADABLE' },
      );
    seen.add(name);
    this.current = { name, manifests: [], layers: [] };
    return this.current;
  }
}

/** Looks up the sizes of blobs; undefined for one that does not exist. @throws RegadmError */
export function findBlobObjects(
  { store, root, signal }: Source,
  digests: readonly Digest[],
): Promise<(number | undefined)[]> {
  return mapParallel(digests, store.limits.concurrency, async (digest) => {
    signal?.throwIfAborted();
    const found = await store.find(blobData(root, hexOf(digest)), signal);
    return found?.isArchived ? NaN : found?.bytes;
  });
}

/** Maximum size of a link that is read, in bytes. */
export const LINK_LIMIT_BYTES = 65_536;

/** Reads links; true for one that contains its digest. @throws RegadmError */
export function findLinkObjects({ store, root, signal }: Source, links: readonly StoredLink[]): Promise<boolean[]> {
  return mapParallel(links, store.limits.concurrency, async (link) => {
    signal?.throwIfAborted();
    const content = await store.read(`${linkDirectory(root, link)}/link`, LINK_LIMIT_BYTES, signal);
    return content?.toString('utf8').trim() === link.digest;
  });
}
