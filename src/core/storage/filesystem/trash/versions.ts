import { randomBytes } from 'node:crypto';
import { readdir, rename, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMissing } from '../../../kit/below.js';
import type { TrashFile } from '../../trash.js';
import { createFile, flush, lacksHardLinks, makeDirectory, writeNew } from '../create.js';
import { deleteIfEmpty } from '../delete-files.js';
import { ifExists, makeOwnDirectories, OWN, within } from './own-directory.js';
import { identityOf, readOwnFile, type ReadFile } from './read-own-file.js';

/** What a process does to names in directories. Tests interleave the steps of several processes. */
export type NameCalls = Pick<typeof import('node:fs/promises'), 'readdir' | 'rename' | 'unlink'>;

/** Where a file is between two versions: `content.ID.FROM` is its content until it gets the name of the file. */
interface State {
  id: string;
  /** `ID.FROM` while the content of this version may not have the name of the file yet. */
  pending?: string;
}

/** Attempts to read a directory in which a name changes, and the time between two of them, in ms. */
const ATTEMPTS = 50;
const BETWEEN_MS = 5;
/** Begins the id of a file that has not been replaced since its versions are recorded. */
const INITIAL = 'initial-';

/** Name of the directory of all versions. */
export const VERSIONS = 'versions';
/** Result of reading a file that another machine has deleted meanwhile, over NFS. */
const REPLACED = Symbol('replaced');

const newId = (): string => randomBytes(12).toString('hex');

/**
 * A file of regadm that processes on several machines replace, each only the version that it has read.
 *
 * The directory `regadm/versions/FILE` contains one file whose name states the version: `current.ID`. Whoever replaces
 * this version renames it to `pending.NEW.ID`. A name can be renamed once, and no ID is used twice, so one process wins
 * and all others find the name gone, even if they come late. Its content lies ready as `content.NEW.ID` then. That is
 * renamed to the file, and `pending.NEW.ID` to `current.NEW`: by the winner, or by whoever comes next, because the
 * winner can have ended or sleep. These names can be renamed once, too, so whoever wakes up later changes nothing.
 *
 * Over NFS, directories are opened for each step: that, unlike a look at a path, asks the server. A lost response
 * makes a step that succeeded look as if its name were gone; the names show what happened.
 *
 * A file that was never replaced has no such directory: a hard link creates it, which fails if it exists.
 */
export class VersionedFile {
  private readonly parents: string[];
  private readonly name: string;
  private readonly key: string;
  private readonly versions: string[];

  /**
   * @param base the directory that contains `docker`
   * @param path of the file in regadm's directory
   */
  constructor(
    private readonly base: string,
    path: string,
    private readonly calls: NameCalls = { readdir, rename, unlink },
  ) {
    const names = path.split('/');
    this.parents = [OWN, ...names.slice(0, -1)];
    this.name = names.at(-1)!;
    this.key = names.join('+');
    this.versions = [OWN, VERSIONS, this.key];
  }

  /** Reads the current version, without completing a replacement. @returns undefined if the file does not exist */
  async read(): Promise<TrashFile | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const state = await this.state();
      const found = await this.content(state?.pending).catch(unlessReplaced);
      if (found === REPLACED || (await this.state())?.id !== state?.id) continue;
      return found && { content: found.content, version: isTracked(state) ? state.id : found.identity };
    }
    throw new Error('it is replaced all the time');
  }

  /** Reads the file, or its pending version. */
  private async content(pending?: string): Promise<ReadFile | undefined> {
    if (pending !== undefined) {
      const found = await readOwnFile(this.base, { names: this.versions, name: `content.${pending}` });
      if (found) return found;
    }
    return readOwnFile(this.base, { names: this.parents, name: this.name });
  }

  /** Replaces a version. @returns the new one; undefined if the file has another version than the expected one */
  async replace(content: Buffer, expected: string | undefined): Promise<string | undefined> {
    await makeOwnDirectories(this.base, this.parents);
    let state = await this.settled();
    if (!state && expected === undefined) {
      const created = await this.create(content);
      if (created !== 'no hard links') return created;
    }
    state ??= await this.track();
    if (!(await this.is(state, expected))) return undefined;
    return this.advance(state.id, content);
  }

  /** Deletes the file in whatever version it is. Versions that were read before can no longer be replaced. */
  async delete(): Promise<void> {
    const names = (await ifExists(this.base, this.versions, (path) => this.calls.readdir(path))) ?? [];
    const isToken = (name: string): boolean => !name.startsWith('content.');
    for (const name of names.filter(isToken)) await this.remove(this.versions, name);
    await this.remove(this.parents, this.name);
    for (const name of names.filter((name) => !isToken(name))) await this.remove(this.versions, name);
    await ifExists(this.base, this.versions.slice(0, -1), (path) => deleteIfEmpty(`${path}/${this.key}`));
  }

  /** Finds the current version; undefined if the file has no directory of versions, or an empty one. */
  private async state(): Promise<State | undefined> {
    let names: string[] | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      names = await ifExists(this.base, this.versions, (path) => this.calls.readdir(path));
      if (names === undefined) return undefined;
      const tokens = names.filter((name) => /^(?:current|pending)\./.test(name));
      if (tokens.length === 1) return parsed(tokens[0]!);
      // A name that changes while a directory is read can be missing, or be there twice.
      await sleep(BETWEEN_MS);
    }
    // A deletion that was killed leaves an empty directory.
    if (names?.length === 0) return undefined;
    throw new Error(`${this.versions.join('/')} does not contain one version: delete that directory`);
  }

  /** Finds the current version, and completes it first. */
  private async settled(): Promise<State | undefined> {
    for (;;) {
      const state = await this.state();
      if (state?.pending === undefined) return state;
      await this.complete(state.pending);
    }
  }

  /** True if the file is the expected version, or does not exist if that is expected. */
  private async is(state: State, expected: string | undefined): Promise<boolean> {
    const identity = await within(this.base, this.parents, (path) => identityOf(`${path}/${this.name}`));
    return expected === (identity !== undefined && isTracked(state) ? state.id : identity);
  }

  private async create(content: Buffer): Promise<string | undefined | 'no hard links'> {
    return within(this.base, this.parents, async (path) => {
      try {
        if (!(await createFile(path, { name: this.name, content }))) return undefined;
      } catch (error) {
        if (lacksHardLinks(error)) return 'no hard links';
        throw error;
      }
      return identityOf(`${path}/${this.name}`);
    });
  }

  /** Begins to record versions, unless another process does. */
  private async track(): Promise<State> {
    const token = `current.${INITIAL}${newId()}`;
    await makeOwnDirectories(this.base, this.versions.slice(0, -1));
    await within(this.base, this.versions.slice(0, -1), (path) =>
      makeDirectory(path, this.key, {
        fill: async (directory) => {
          await writeNew(directory, token, '');
          return () => unlink(`${directory}/${token}`);
        },
      }),
    );
    const state = await this.settled();
    if (!state) throw new Error(`${this.versions.join('/')} was deleted`);
    return state;
  }

  private async advance(from: string, content: Buffer): Promise<string | undefined> {
    const id = newId();
    const step = `${id}.${from}`;
    const isWon = await within(this.base, this.versions, async (path) => {
      await writeNew(path, `content.${step}`, content);
      await flush(path);
      if (await this.renamed(`${path}/current.${from}`, `${path}/pending.${step}`)) return true;
      const state = await this.state();
      if (state?.pending === step || state?.id === id) return true;
      await this.calls.unlink(`${path}/content.${step}`).catch(ignoreMissing);
      return false;
    });
    if (!isWon) return undefined;
    await this.complete(step);
    await this.removeLosers();
    return id;
  }

  /** Gives a version that has won the name of the file. Any process can do this, at any time. */
  private async complete(step: string): Promise<void> {
    await within(this.base, this.versions, async (versions) => {
      await within(this.base, this.parents, async (parent) => {
        const content = `${versions}/content.${step}`;
        if (!(await this.renamed(content, `${parent}/${this.name}`)) && (await identityOf(content)) !== undefined)
          throw new Error('its directory was deleted meanwhile');
        await flush(parent);
      });
      // Not durable before the next replacement makes it so: after a crash, this step would only be repeated.
      await this.renamed(`${versions}/pending.${step}`, `${versions}/current.${step.split('.')[0]!}`);
    });
  }

  /**
   * Removes the content of processes that were killed. It was listed before the version was read, so the version that
   * it was to replace is past unless it is the current one, and past versions never win.
   */
  private async removeLosers(): Promise<void> {
    const names = (await ifExists(this.base, this.versions, (path) => this.calls.readdir(path))) ?? [];
    const state = await this.state();
    const isLive = (name: string): boolean => name === `content.${state?.pending}` || name.endsWith(`.${state?.id}`);
    for (const name of names)
      if (state && name.startsWith('content.') && !isLive(name)) await this.remove(this.versions, name);
  }

  private async remove(names: readonly string[], name: string): Promise<void> {
    await ifExists(this.base, names, (path) => this.calls.unlink(`${path}/${name}`).catch(ignoreMissing));
  }

  /** Renames a file. @returns false if it does not exist */
  private async renamed(from: string, to: string): Promise<boolean> {
    try {
      await this.calls.rename(from, to);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }
}

const isTracked = (state: State | undefined): state is State => state !== undefined && !state.id.startsWith(INITIAL);

/** Returns the state that the name of a token describes. */
function parsed(token: string): State {
  const [phase, id = '', from] = token.split('.');
  return phase === 'pending' ? { id, pending: `${id}.${from}` } : { id };
}

function unlessReplaced(error: unknown): typeof REPLACED {
  if ((error as NodeJS.ErrnoException).code === 'ESTALE') return REPLACED;
  throw error;
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
