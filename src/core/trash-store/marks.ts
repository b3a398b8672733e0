import { RegadmError, messageOf, refusal } from '../model/errors.js';
import { TRASH_ADVICE } from '../model/trash-advice.js';
import type { StorageTrash } from '../storage/trash.js';
import { emptyMarkFile, parseMarkFile } from './format/mark-file.js';
import type { MarkFile } from './model.js';

export const MARK_FILE = 'marks.json.gz';

/** What to do with a mark file. */
export interface MarkOptions {
  /** Starts with an empty one, whatever is there (`--discard-marks`). */
  discardMarks: boolean;
  /**
   * What to do about one that is damaged, or of another storage. `ignore`: continue as if there were none, and leave it
   * as it is, for an undo. Default: `refuse`.
   */
  damagedMarks?: 'refuse' | 'ignore';
}

/** For an undo: what is in the trash is found without the mark file. */
export const FOR_UNDO: MarkOptions = { discardMarks: false, damagedMarks: 'ignore' };

/** For what relies on the marks. */
export const AS_RECORDED: MarkOptions = { discardMarks: false };

/** The mark file with the version that was read; undefined if there is none. */
export interface ReadMarks {
  file: MarkFile;
  version: string | undefined;
  /** Why the mark file is ignored: then it must not be written. */
  ignored?: string;
}

/**
 * Reads the mark file.
 * @throws RegadmError MARKS_UNREADABLE, MARKS_OF_ANOTHER_STORAGE (exit status 4); the storage's error
 */
export async function readMarks(
  trash: StorageTrash,
  { discardMarks, damagedMarks }: MarkOptions,
  signal?: AbortSignal,
): Promise<ReadMarks> {
  const storage = await trash.identify(signal);
  const stored = await trash.readFile(MARK_FILE, signal);
  if (!stored || discardMarks) return { file: emptyMarkFile(storage), version: stored?.version };
  const file = await parsed(stored.content, storage);
  if (!(file instanceof RegadmError)) return { file, version: stored.version };
  if (damagedMarks !== 'ignore') throw file;
  return { file: emptyMarkFile(storage), version: stored.version, ignored: file.message };
}

/** Returns the file, or the error that refuses it. */
async function parsed(content: Buffer, storage: string): Promise<MarkFile | RegadmError> {
  let file: MarkFile;
  try {
    file = await parseMarkFile(content);
  } catch (error) {
    return refusal('MARKS_UNREADABLE', `regadm/${MARK_FILE} in this storage cannot be used: ${messageOf(error)}`, [
      TRASH_ADVICE.discardMarks,
    ]);
  }
  if (file.storage === storage) return file;
  return refusal(
    'MARKS_OF_ANOTHER_STORAGE',
    `regadm/${MARK_FILE} belongs to another storage (${file.storage}) than the one it is in (${storage}): it was copied, or the storage has moved`,
    [TRASH_ADVICE.discardMarks],
  );
}

/** Warns about a mark file that is ignored. */
export const ignoredMarks = ({ ignored }: ReadMarks): string[] =>
  ignored === undefined ? [] : [`${ignored}; what is marked, and what can be deleted, is not known`];
