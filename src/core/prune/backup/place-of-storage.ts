import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { usageError } from '../../model/errors.js';
import type { BackupRequest } from './request.js';

/** The registry's files below the directory where its volume is mounted. */
const REGISTRY_FILES = /(?:^|\/)docker\/registry\/v2(?:\/|$)/;

/**
 * Refuses a backup inside the registry's storage: a hard prune would find unknown files there, and a full disk would
 * stop the registry.
 * @throws RegadmError USAGE
 */
export async function assertOutsideStorage({ directory, storage }: BackupRequest): Promise<void> {
  const target = await resolved(path.resolve(directory));
  const root = typeof storage === 'string' ? await resolved(path.resolve(storage)) : undefined;
  const isInside = root !== undefined && (target === root || target.startsWith(`${root}/`));
  if (!isInside && !REGISTRY_FILES.test(target)) return;
  throw usageError(`--backup ${directory}: it is inside the registry's storage`, [
    'name a directory on another disk, or at least outside the directory where the volume is mounted',
  ]);
}

/** Resolves links in a path whose last parts need not exist. */
async function resolved(directory: string): Promise<string> {
  try {
    return await realpath(directory);
  } catch {
    const parent = path.dirname(directory);
    return parent === directory ? directory : path.join(await resolved(parent), path.basename(directory));
  }
}
