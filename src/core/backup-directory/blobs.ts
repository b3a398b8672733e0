import { createHash } from 'node:crypto';
import { MANIFEST_LIMIT_BYTES } from '../kit/limits.js';
import type { Digest } from '../model/digest.js';
import { flushDirectory, openRegularFile, readOpenFile, readSmallFile, sizeOfFile, writeWhole } from './files.js';
import { blobPlace, TEMPORARY } from './layout.js';
import type { Tree } from './tree.js';

/** Reads the blobs of a backup. */
export class BackupBlobs {
  constructor(protected readonly tree: Tree) {}

  /** Returns the size of a blob's file; undefined if there is none. Does not read it. */
  async size(digest: Digest): Promise<number | undefined> {
    const path = await this.pathOf(digest);
    return path === undefined ? undefined : sizeOfFile(path);
  }

  /** Tells whether a blob is there with the size that a manifest states. Does not read it. */
  async has(digest: Digest, bytes: number): Promise<boolean> {
    return (await this.size(digest)) === bytes;
  }

  /**
   * Opens a blob for reading. Whoever reads it computes the digest. The file is closed at the end of
   * the reading, so it has to begin.
   * @returns undefined if there is none
   * @throws Error if it is not a regular file, and the file system's error
   */
  async open(digest: Digest): Promise<{ bytes: number; content: AsyncIterable<Buffer> } | undefined> {
    const path = await this.pathOf(digest);
    const file = path === undefined ? undefined : await openRegularFile(path);
    if (!file) return undefined;
    try {
      const { size } = await file.stat();
      return { bytes: size, content: readOpenFile(file) };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Reads a manifest, or another small blob, and checks its digest.
   * @returns undefined if there is none, or if its content is not that of the digest
   * @throws Error if it is not a regular file or is longer than a manifest may be, and the file system's error
   */
  async readManifest(digest: Digest): Promise<Buffer | undefined> {
    const path = await this.pathOf(digest);
    const content = path === undefined ? undefined : await readSmallFile(path, MANIFEST_LIMIT_BYTES);
    return content && digestOf(digest, content) === digest ? content : undefined;
  }

  private async pathOf(digest: Digest): Promise<string | undefined> {
    const { directory, name } = blobPlace(digest);
    const path = await this.tree.find(directory);
    return path === undefined ? undefined : `${path}/${name}`;
  }
}

/** Writes blobs; each appears as a whole, and only if its content is that of its digest. */
export class WritableBlobs extends BackupBlobs {
  private readonly changed = new Set<string>();

  /**
   * Writes a blob. A file that is there is replaced.
   * @param bytes the size that is expected; undefined if it is not known
   * @returns the size
   * @throws Error if the content has another size or digest, what reading it throws, and the file system's error
   */
  async write(digest: Digest, content: AsyncIterable<Buffer> | Iterable<Buffer>, bytes?: number): Promise<number> {
    const { directory, name } = blobPlace(digest);
    let written = 0;
    let isOpen = false;
    try {
      const places = { name, directory: await this.tree.make(directory), temporary: await this.tree.make(TEMPORARY) };
      await writeWhole(places, async (file) => {
        const hash = createHash(algorithmOf(digest));
        isOpen = true;
        for await (const chunk of content) {
          written += chunk.length;
          if (bytes !== undefined && written > bytes) throw new Error(`it is longer than the ${bytes} bytes stated`);
          hash.update(chunk);
          await file.writeFile(chunk);
        }
        if (bytes !== undefined && written !== bytes) throw new Error(`it has ${written} bytes instead of ${bytes}`);
        const found = `${algorithmOf(digest)}:${hash.digest('hex')}`;
        if (found !== digest) throw new Error(`its content does not match its digest: it is that of ${found}`);
      });
    } catch (error) {
      if (!isOpen) await endUnread(content);
      throw error;
    }
    this.changed.add(directory.join('/'));
    return written;
  }

  /** Waits until the names of all blobs that were written are on the disk. @throws the file system's error */
  async flush(): Promise<void> {
    for (const names of this.changed) await flushDirectory(await this.tree.make(names.split('/')));
    this.changed.clear();
  }
}

/** Closes the file or connection of a content that was not read. */
async function endUnread(content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  try {
    for await (const chunk of content) if (chunk) break;
  } catch {
    // The error that made it useless is reported.
  }
}

/** Returns the digest of a content, by the algorithm of another digest. */
export function digestOf(digest: Digest, content: Buffer): string {
  return `${algorithmOf(digest)}:${createHash(algorithmOf(digest)).update(content).digest('hex')}`;
}

function algorithmOf(digest: Digest): string {
  return digest.slice(0, digest.indexOf(':'));
}
