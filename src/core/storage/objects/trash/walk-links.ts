import { createHash } from 'node:crypto';
import { forEachParallel } from '../../../kit/parallel.js';
import { parseDigest, sha256Digest, sha256Hex, type Digest } from '../../../model/digest.js';
import type { LinkFile, LinkVisitor } from '../../trash.js';
import { parseLinkKey, type ParsedKey } from '../keys.js';
import { listRepositoryParts, type KeyTaker } from '../list.js';
import type { Source } from '../list-directory.js';
import type { StoredObject } from '../object-store.js';
import { LINK_LIMIT_BYTES } from '../survey.js';

/**
 * Reads all links of all repositories, except those of tags. A link whose MD5 in the listing is that of the digest in
 * its path contains this digest; all others are read.
 * @returns the number of keys of all repositories
 * @throws RegadmError
 */
export async function walkLinkObjects(source: Source, visitor: LinkVisitor): Promise<number> {
  let keys = 0;
  const listed: Source = {
    ...source,
    signal: visitor.signal,
    onPage(count) {
      keys += count;
      visitor.onWalked?.(count);
    },
  };
  const reader = new LinkReader(listed, visitor);
  await listRepositoryParts(listed, () => new LinkPart(visitor, reader));
  return keys;
}

/** Reports the links that a listing proves; passes on the others. */
class LinkPart implements KeyTaker {
  private unproven: LinkFile[] = [];
  private keys: string[] = [];

  constructor(
    private readonly visitor: LinkVisitor,
    private readonly reader: LinkReader,
  ) {}

  take(key: ParsedKey, { key: name, md5 }: StoredObject): void {
    if (key.kind === 'manifest-link' || key.kind === 'layer-link') {
      const digest = sha256Digest(key.hex);
      const kind = key.kind === 'layer-link' ? 'layer' : 'manifest';
      const link: LinkFile = { repository: key.repository, kind, path: digest, digest };
      if (md5 !== undefined && isMd5Of(digest, md5)) this.visitor.onLink(link);
      else this.read(name, link);
    } else if (key.kind === 'foreign' || key.kind === 'other-link') {
      const place = parseLinkKey(this.reader.pathOf(name));
      if (place) this.read(name, { ...place, digest: place.path });
    }
  }

  endPage(): Promise<void> | void {
    if (this.keys.length === 0) return;
    const [keys, links] = [this.keys, this.unproven];
    [this.keys, this.unproven] = [[], []];
    return this.reader.read(keys, links);
  }

  private read(key: string, link: LinkFile): void {
    this.keys.push(key);
    this.unproven.push(link);
  }
}

/** True if this is the MD5 of a link that contains the digest, perhaps with a line feed. */
function isMd5Of(digest: Digest, md5: string): boolean {
  return ['', '\n'].some(
    (end) =>
      createHash('md5')
        .update(digest + end)
        .digest('hex') === md5,
  );
}

/** Reads the links of one page at a time, whatever the number of pages that are listed in parallel. */
class LinkReader {
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: Source,
    private readonly visitor: LinkVisitor,
  ) {}

  /** Returns the path of a key below the registry's root. */
  pathOf(key: string): string {
    return key.slice(this.source.root.length + 1);
  }

  read(keys: readonly string[], links: readonly LinkFile[]): Promise<void> {
    this.last = this.last.then(() => this.readPage(keys, links));
    return this.last;
  }

  private async readPage(keys: readonly string[], links: readonly LinkFile[]): Promise<void> {
    const { store, signal } = this.source;
    await forEachParallel(keys, store.limits, async (key, at) => {
      signal?.throwIfAborted();
      const content = await store.read(key, LINK_LIMIT_BYTES, signal);
      // It was deleted since it was listed.
      if (content === undefined) return;
      const link = links[at]!;
      // Without a sha256 digest on both sides, nothing states which blob it leads to.
      const digest = [parseDigest(content.toString('utf8').trim()), link.path as Digest].find(
        (found) => found !== undefined && sha256Hex(found) !== undefined,
      );
      if (digest !== undefined) this.visitor.onLink({ ...link, digest });
    });
  }
}
