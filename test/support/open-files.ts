import { readdirSync, readlinkSync } from 'node:fs';

/** Returns the files and directories below a directory that this process has open. */
export function openFilesBelow(directory: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${descriptor}`);
      return file === directory || file.startsWith(`${directory}/`) ? [file] : [];
    } catch {
      // That of the list itself.
      return [];
    }
  });
}
