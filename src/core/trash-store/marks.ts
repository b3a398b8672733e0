import { ADVICE } from '../model/advice.js';
import { messageOf, refusal } from '../model/errors.js';
import type { StorageTrash, TrashFile } from '../storage/trash.js';
import { emptyMarkFile, parseMarkFile } from './format/mark-file.js';
import type { MarkFile } from './model.js';

export const MARK_FILE = 'marks.json.gz';

/** The mark file with the version that was read; undefined if there is none. */
export interface ReadMarks {
  file: MarkFile;
  version: string | undefined;
}

/**
 * Reads the mark file.
 * @param discard true to start with an empty one, whatever is there
 * @throws RegadmError MARKS_UNREADABLE, MARKS_OF_ANOTHER_STORAGE (exit status 4); the storage's error
 */
export async function readMarks(trash: StorageTrash, discard: boolean, signal?: AbortSignal): Promise<ReadMarks> {
  const storage = await trash.identify(signal);
  const stored = await trash.readFile(MARK_FILE, signal);
  if (!stored || discard) return { file: emptyMarkFile(storage), version: stored?.version };
  const file = await parsed(stored);
  if (file.storage === storage) return { file, version: stored.version };
  throw refusal(
    'MARKS_OF_ANOTHER_STORAGE',
    `regadm/${MARK_FILE} belongs to another storage (${file.storage}) than the one it is in (${storage}): it was copied, or the storage has moved`,
    [ADVICE.discardMarks],
  );
}

async function parsed({ content }: TrashFile): Promise<MarkFile> {
  try {
    return await parseMarkFile(content);
  } catch (error) {
    throw refusal('MARKS_UNREADABLE', `regadm/${MARK_FILE} in this storage cannot be used: ${messageOf(error)}`, [
      ADVICE.discardMarks,
    ]);
  }
}
