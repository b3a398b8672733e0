import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { isMissing } from '../../../kit/below.js';
import { ifExists } from './own-directory.js';

/** Neither follows a symbolic link nor waits for the writer of a pipe. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Maximum size of a file of regadm, in bytes. The marks of a million blobs need a tenth of it. */
const MAX_BYTES = 1 << 30;

/** A file that was read. */
export interface ReadFile {
  content: Buffer;
  /** As `identityOf` returns it. */
  identity: string;
}

/** Reads a file as a whole. @returns undefined if it does not exist */
export async function readOwnFile(
  base: string,
  { names, name }: { names: readonly string[]; name: string },
): Promise<ReadFile | undefined> {
  return ifExists(base, names, async (directory) => {
    const file = await open(`${directory}/${name}`, READ).catch(orMissing);
    try {
      const stats = await file?.stat({ bigint: true });
      if (!file || !stats) return undefined;
      if (!stats.isFile()) throw new Error('it is not a file');
      if (stats.size > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`);
      return { content: await file.readFile(), identity: describe(stats) };
    } finally {
      await file?.close();
    }
  });
}

/** Describes a file so that another one of the same name is recognized; undefined if it does not exist. */
export async function identityOf(path: string): Promise<string | undefined> {
  const stats = await lstat(path, { bigint: true }).catch(orMissing);
  return stats && describe(stats);
}

function describe({ ino, mtimeNs, size }: { ino: bigint; mtimeNs: bigint; size: bigint }): string {
  return `file-${ino}-${mtimeNs}-${size}`;
}

function orMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
