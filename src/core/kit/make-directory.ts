import { mkdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Creates a directory and the directories above it; what exists stays as it is. `mkdir` of Node.js with `recursive`
 * does not end in a file system such as /proc, in which nothing can be created.
 * @throws the error of the file system
 */
export function makeDirectory(directory: string): void {
  if (make(directory)) return;
  makeDirectory(path.dirname(directory));
  if (!make(directory)) mkdirSync(directory);
}

/** Returns false if the directory above does not exist. */
function make(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return true;
    if (code !== 'ENOENT' || path.dirname(directory) === directory) throw error;
    return false;
  }
}
