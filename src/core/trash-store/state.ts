import type { Holder } from '../kit/holder.js';
import type { MarkFile, TrashEntry } from './model.js';
import type { TrashPorts } from './ports.js';

/** What regadm has recorded in a storage, and what is in its trash. */
export interface TrashState {
  readonly file: MarkFile;
  /** All blobs in the trash. The same blob can be there under several dates. */
  readonly entries: readonly TrashEntry[];
  /** Another run that is under way. */
  readonly holder?: Holder;
  /** About what could not be read, such as a damaged file of the journal. */
  readonly warnings: readonly string[];
  /** Returns the time of the storage's clock, in ms since the epoch, without asking the storage again. */
  now(): number;
}

export interface StateOptions {
  /** Starts with an empty mark file, whatever is there (`--discard-marks`). */
  discardMarks: boolean;
}

/**
 * Reads marks, trash and journal without the lease. Writes nothing.
 * @throws RegadmError MARKS_UNREADABLE, MARKS_OF_ANOTHER_STORAGE (exit status 4), STORAGE_UNREADABLE
 */
export function readTrashState(
  ports: Pick<TrashPorts, 'storage' | 'signal'>,
  options: StateOptions,
): Promise<TrashState> {
  return Promise.reject(new Error(`not implemented ${String(ports)} ${String(options)}`));
}
