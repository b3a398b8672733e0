import { sha256Digest } from '../model/digest.js';
import type { Storage } from '../storage/storage.js';
import { adopt } from './adopt.js';
import { readEntries } from './entries.js';
import { formatMarkFile } from './format/mark-file.js';
import { leaseLost, type LeaseTiming } from './lease-file.js';
import { TrashLease } from './lease.js';
import { MARK_FILE, ignoredMarks, readMarks, type MarkOptions, type ReadMarks } from './marks.js';
import type { MarkFile, TrashEntry } from './model.js';
import type { SessionPorts } from './ports.js';
import type { TrashState } from './state.js';

/** The state of a trash that this run alone changes. */
export interface TrashSession extends TrashState {
  /** Replaced by each change: do not keep the list. */
  entries: readonly TrashEntry[];
  /** False after a write of the mark file that failed: `file` can have more than the storage then. */
  readonly isSaved: boolean;
  /**
   * Makes sure that this run still has the lease. Awaited before each batch, and before each request that changes
   * something: a process that slept stops.
   * @throws RegadmError TRASH_LEASE_LOST; the reason of the signal
   */
  assertHeld(): Promise<void>;
  /**
   * Writes the mark file, unless another run has written it; also after the signal. One that is ignored stays as it is.
   * @throws RegadmError TRASH_LEASE_LOST; the storage's error
   */
  save(): Promise<void>;
}

/**
 * Takes the lease, reads the state, and runs an action. Blobs in the trash that no sweep has recorded get a sweep with
 * the processes that run now.
 * @throws RegadmError TRASH_IN_USE, MARKS_UNREADABLE, MARKS_OF_ANOTHER_STORAGE (exit status 4), STORAGE_UNREADABLE
 */
export async function withTrashSession<T>(
  ports: SessionPorts,
  options: MarkOptions & { timing?: LeaseTiming },
  action: (session: TrashSession) => Promise<T>,
): Promise<T> {
  const { storage, signal } = ports;
  const trash = storage.trash();
  // A refused mark file leaves no lease behind: nothing is written then.
  await readMarks(trash, options, signal);
  const lease = await TrashLease.take(trash, { signal, timing: options.timing });
  try {
    const marks = await readMarks(trash, options, signal);
    const read = await readEntries(trash, marks.file.sweeps, signal);
    const warnings = [...(await trash.warnings(signal)), ...read.warnings];
    const session = new Session({ ports, lease, marks, ...read, warnings });
    const inPlace = await findUnrecorded(storage, read.entries);
    // After the trash was listed: a process that ran when a blob moved, and still runs, is among them.
    const processes = await ports.processes();
    const isChanged = adopt(session, { processes, inPlace, now: session.now() });
    if (isChanged || options.discardMarks) await session.save();
    return await action(session);
  } finally {
    await lease.release();
  }
}

/** Finds the blobs in the trash that no sweep has, and that are in their place, too. */
async function findUnrecorded(storage: Storage, entries: readonly TrashEntry[]): Promise<Set<string>> {
  const hexes = [...new Set(entries.filter(({ sweep }) => sweep === undefined).map(({ hex }) => hex))];
  const sizes = await storage.findBlobs(hexes.map(sha256Digest));
  return new Set(hexes.filter((_, index) => sizes[index] !== undefined));
}

interface SessionParts {
  ports: SessionPorts;
  lease: TrashLease;
  marks: ReadMarks;
  entries: TrashEntry[];
  warnings: string[];
}

class Session implements TrashSession {
  readonly file: MarkFile;
  readonly warnings: readonly string[];
  entries: readonly TrashEntry[];
  isSaved = true;
  private version: string | undefined;
  /** Content of a write that may have happened, without a response that states its version. */
  private uncertain: Buffer | undefined;

  constructor(private readonly parts: SessionParts) {
    this.file = parts.marks.file;
    this.version = parts.marks.version;
    this.entries = parts.entries;
    this.warnings = [...ignoredMarks(parts.marks), ...parts.warnings];
  }

  readonly now = (): number => this.parts.lease.now();

  readonly assertHeld = async (): Promise<void> => {
    this.parts.ports.signal.throwIfAborted();
    await this.parts.lease.assertHeld();
  };

  async save(): Promise<void> {
    this.isSaved = false;
    await this.write();
    this.isSaved = true;
  }

  private async write(): Promise<void> {
    await this.parts.lease.assertHeld();
    if (this.parts.marks.ignored !== undefined) return;
    const trash = this.parts.ports.storage.trash();
    if (this.uncertain) await this.readBack(this.uncertain);
    this.uncertain = await formatMarkFile(this.file);
    const version = await trash.replaceFile(MARK_FILE, this.uncertain, this.version);
    if (version === undefined) throw leaseLost();
    this.version = version;
    this.uncertain = undefined;
  }

  /** Finds out whether a write without a response has happened. */
  private async readBack(content: Buffer): Promise<void> {
    const file = await this.parts.ports.storage.trash().readFile(MARK_FILE);
    if (file?.content.equals(content)) this.version = file.version;
  }
}
