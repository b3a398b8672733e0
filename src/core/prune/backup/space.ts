import { refusal } from '../../model/errors.js';
import { formatBytes } from '../../model/values/quantity.js';
import type { PreparedBackup } from './prepare.js';

/** @throws RegadmError BACKUP_SPACE if the backup needs more than the free space */
export function assertSpace(prepared: PreparedBackup, directory: string): void {
  if (prepared.estimatedBytes <= prepared.freeBytes) return;
  throw refusal('BACKUP_SPACE', `${tooLittleSpace(prepared, directory)}; nothing was changed`, [
    'free some space, name a directory on a larger disk, or prune fewer images at a time, first those older than a large --keep-younger-than',
  ]);
}

/** Describes by how much the free space is too little. */
export function tooLittleSpace({ estimatedBytes, freeBytes }: PreparedBackup, directory: string): string {
  return `the backup needs about ${formatBytes(estimatedBytes)}, and only ${formatBytes(freeBytes)} are free in ${directory}`;
}
