import { realpath } from 'node:fs/promises';
import { usageError } from '../core/model/errors.js';

/** Checks that the directory of `--storage` can be opened. @throws RegadmError (USAGE) */
export async function storageFlag(directory: string): Promise<string> {
  try {
    await realpath(directory);
    return directory;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw usageError(`--storage ${directory}: ${message}`);
    throw usageError(`--storage ${directory}: no such directory`, [
      "pass the directory where the registry's volume is mounted",
    ]);
  }
}
