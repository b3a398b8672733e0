import { mkdir, realpath } from 'node:fs/promises';
import { HAS_OPEN_PATHS, openBelow, type OpenDirectory } from '../kit/below.js';

/** Mode of directories with data of a cluster: only their owner can read them. */
export const OWNER_ONLY = 0o700;

/**
 * The directories of a backup. Each one is opened once, without following a symbolic link below the backup, so that
 * nobody who can write there can redirect what is read or written.
 */
export class Tree {
  private readonly open = new Map<string, Promise<OpenDirectory | undefined>>();
  private readonly making = new Map<string, Promise<string>>();
  private isClosed = false;

  private constructor(
    /** The absolute path of the backup, for messages. */
    readonly root: string,
  ) {}

  /** @param directory the backup, which exists. @throws the file system's error */
  static async open(directory: string): Promise<Tree> {
    return new Tree(await realpath(directory));
  }

  /**
   * Returns a path of a directory below the backup, which is valid until `close`.
   * @returns undefined if there is none, or a symbolic link in its place
   * @throws the file system's error; Error after `close`
   */
  async find(names: readonly string[]): Promise<string | undefined> {
    if (this.isClosed) throw new Error(`${this.root} was closed`);
    const key = names.join('/');
    const known = HAS_OPEN_PATHS ? this.open.get(key) : undefined;
    if (known) return (await known)?.path;
    const directory = openBelow(this.root, names);
    this.open.set(key, directory);
    const found = await directory.catch((error: unknown) => {
      this.open.delete(key);
      throw error;
    });
    // It can be created later.
    if (!found) this.open.delete(key);
    return found?.path;
  }

  /** Returns a path of a directory, which is created if it does not exist. @throws the file system's error */
  make(names: readonly string[]): Promise<string> {
    const key = names.join('/');
    const known = this.making.get(key);
    if (known && HAS_OPEN_PATHS) return known;
    const made = this.create(names, key);
    this.making.set(key, made);
    made.catch(() => this.making.delete(key));
    return made;
  }

  private async create(names: readonly string[], key: string): Promise<string> {
    const known = await this.find(names);
    if (known !== undefined) return known;
    const parent = names.length === 1 ? this.root : await this.make(names.slice(0, -1));
    await mkdir(`${parent}/${names.at(-1)!}`, { mode: OWNER_ONLY }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    // The first one can be a look-up that began before. A directory that is opened twice would be closed once.
    const path = (await this.find(names)) ?? (await this.find(names));
    if (path === undefined) throw new Error(`${this.root}/${key} is not a directory`);
    return path;
  }

  /** Closes all directories, those that are being looked for, too. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const directory of this.open.values()) await (await directory.catch(() => undefined))?.close();
    this.open.clear();
  }
}
