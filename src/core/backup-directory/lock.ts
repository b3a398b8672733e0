import { randomUUID } from 'node:crypto';
import { link, rename, unlink, utimes } from 'node:fs/promises';
import { hasCode } from '../model/errors.js';
import { isRecord } from '../model/values/json.js';
import { locked } from './errors.js';
import { createFile, openRegularFile, readSmallFile } from './files.js';
import { LOCK_FILE } from './layout.js';
import { isProcessIdentity, isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** How often the holder shows that it is alive, in ms. */
const BEAT_MS = 30_000;
/** Age, in ms, of a sign of life after which a holder on another host counts as ended. */
const ABANDONED_MS = 15 * 60_000;
/** Maximum size of a lock file, in bytes. */
const LIMIT_BYTES = 4096;

/** Content of the lock file. */
interface LockContent {
  /** Distinguishes this lock from every other one. */
  id: string;
  process: ProcessIdentity;
  since: string;
}

/** Paths that a lock needs; they are valid as long as the lock. */
interface LockPlaces {
  /** `regadm/` of the backup. */
  own: string;
  temporary: string;
  /** The backup as the user named it. */
  directory: string;
}

/**
 * A lock file: one process at a time writes to a backup. It appears as a whole and only if there is none. A holder that
 * was killed does not block others: on the same host its process is looked up, and elsewhere the lock grows old.
 */
export class DirectoryLock {
  private readonly beat: NodeJS.Timeout;

  private constructor(
    private readonly path: string,
    private readonly id: string,
    private readonly places: LockPlaces,
    /** True if the process that had the lock before was killed: what it wrote last can be unfinished. */
    readonly wasAbandoned: boolean,
  ) {
    this.beat = setInterval(() => void this.touch(), BEAT_MS);
    this.beat.unref();
  }

  /** @throws RegadmError BACKUP_LOCKED, or the file system's error */
  static async acquire(places: LockPlaces): Promise<DirectoryLock> {
    const content: LockContent = {
      id: randomUUID(),
      process: await ownIdentity(),
      since: new Date().toISOString(),
    };
    const path = `${places.own}/${LOCK_FILE}`;
    const draft = `${places.temporary}/${LOCK_FILE}-${content.id}`;
    await writeSmall(draft, JSON.stringify(content));
    let wasAbandoned = false;
    try {
      if (!(await linkIfAbsent(draft, path))) {
        await removeAbandoned(path, draft, places);
        wasAbandoned = true;
        if (!(await linkIfAbsent(draft, path))) throw await refusalFor(path, places.directory);
      }
    } finally {
      await unlink(draft).catch(() => undefined);
    }
    return new DirectoryLock(path, content.id, places, wasAbandoned);
  }

  /** Checks that no other process has taken the lock away. @throws RegadmError BACKUP_LOCKED */
  async assertHeld(): Promise<void> {
    const content = await readLock(this.path);
    if (content?.id !== this.id) throw await refusalFor(this.path, this.places.directory);
  }

  /** Removes the lock file, unless it belongs to another process now. */
  async release(): Promise<void> {
    clearInterval(this.beat);
    const isHeld = await this.assertHeld().then(
      () => true,
      (error: unknown) => !hasCode(error, 'BACKUP_LOCKED'),
    );
    if (isHeld) await unlink(this.path).catch(() => undefined);
  }

  private async touch(): Promise<void> {
    const now = new Date();
    await utimes(this.path, now, now).catch(() => undefined);
  }
}

/**
 * Looks whether another process writes to a backup, without writing.
 * @returns `free`, or `abandoned` if the lock is that of a process that was killed
 * @throws RegadmError BACKUP_LOCKED if a process writes, or may write
 */
export async function inspectLock(own: string, directory: string): Promise<'free' | 'abandoned'> {
  const path = `${own}/${LOCK_FILE}`;
  const found = await readLock(path);
  if (!found) return 'free';
  const running = await isRunning(found.process);
  const hasEnded = running === undefined ? Date.now() - (await writtenAt(path)) > ABANDONED_MS : !running;
  if (hasEnded) return 'abandoned';
  throw await refusalFor(path, directory);
}

/** Creates a name for a file. @returns false if the name is in use */
async function linkIfAbsent(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes the lock of a process that has ended.
 * @param draft a file that was written just now: its time is the file server's clock
 * @throws RegadmError BACKUP_LOCKED if the process may still run
 */
async function removeAbandoned(path: string, draft: string, { temporary, directory }: LockPlaces): Promise<void> {
  const found = await readLock(path);
  // It was removed in the meantime.
  if (found === undefined) return;
  if (!(await hasEnded(found, path, draft))) throw await refusalFor(path, directory);
  const aside = `${temporary}/${LOCK_FILE}-${randomUUID()}`;
  await rename(path, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  // Between the look and the renaming, another process can have taken the lock: it gets it back.
  const removed = await readLock(aside);
  if (removed !== undefined && removed.id !== found.id) await linkIfAbsent(aside, path);
  await unlink(aside).catch(() => undefined);
}

async function hasEnded(content: LockContent, path: string, draft: string): Promise<boolean> {
  const running = await isRunning(content.process);
  if (running !== undefined) return !running;
  return (await writtenAt(draft)) - (await writtenAt(path)) > ABANDONED_MS;
}

async function writtenAt(path: string): Promise<number> {
  const file = await openRegularFile(path);
  try {
    return (await file?.stat())?.mtimeMs ?? Infinity;
  } finally {
    await file?.close();
  }
}

async function writeSmall(path: string, text: string): Promise<void> {
  const file = await createFile(path);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Reads a lock; undefined if there is none. @throws Error if it is damaged, or not a file */
async function readLock(path: string): Promise<LockContent | undefined> {
  const text = await readSmallFile(path, LIMIT_BYTES);
  if (text === undefined) return undefined;
  const content = parse(text.toString('utf8'));
  if (isRecord(content) && typeof content.id === 'string' && isProcessIdentity(content.process))
    return { id: content.id, process: content.process, since: String(content.since) };
  throw new Error(`${OWN_LOCK} cannot be read; if no regadm writes to the directory, delete that file`);
}

const OWN_LOCK = `regadm/${LOCK_FILE}`;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function refusalFor(path: string, directory: string): Promise<Error> {
  const found = await readLock(path);
  if (!found) return locked(directory, 'another process', 'run the command again');
  const { process, since } = found;
  return locked(
    directory,
    `process ${process.pid} on ${process.host}, since ${since}`,
    `wait until it ends; if it no longer runs, delete ${directory}/${OWN_LOCK}`,
  );
}
