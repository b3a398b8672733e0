import type { Dirent } from 'node:fs';
import { foreignTrashWarnings } from '../../foreign-trash.js';
import { HEX, isDay } from '../../layout.js';
import { entriesIn } from '../files.js';
import { ifExists } from './own-directory.js';
import { TRASH } from './places.js';

/** What the directories of the trash contain, level by level: a name that belongs there. */
const LEVELS: ((name: string) => boolean)[] = [
  isDay,
  (name) => name === 'blobs' || name === 'journal',
  (name) => name === 'sha256',
  (name) => /^[0-9a-f]{2}$/.test(name),
  (name) => HEX.test(name),
];

/**
 * Finds what is in the directories of the trash and does not belong there, such as a symbolic link in place of a day:
 * it is not followed, so what is behind it is neither listed nor restored. Hidden files are omitted: file systems
 * and regadm create them for a while.
 * @param base the directory that contains `docker`
 */
export async function foreignWarnings(base: string, signal?: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  await findForeign(base, [...TRASH], { found, signal });
  return foreignTrashWarnings(found);
}

async function findForeign(
  base: string,
  names: string[],
  context: { found: string[]; signal?: AbortSignal },
): Promise<void> {
  const belongs = LEVELS[names.length - TRASH.length];
  if (!belongs || names.at(-1) === 'journal') return;
  context.signal?.throwIfAborted();
  for (const entry of (await ifExists(base, names, entriesIn)) ?? []) {
    if (entry.name.startsWith('.')) continue;
    const path = [...names, entry.name];
    if (!entry.isDirectory() || !belongs(entry.name)) context.found.push(describe(path, entry));
    else await findForeign(base, path, context);
  }
}

const describe = (path: readonly string[], entry: Dirent): string =>
  `${path.join('/')}${entry.isSymbolicLink() ? ' (a symbolic link, which is not followed)' : ''}`;
