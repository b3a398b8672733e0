import { RegadmError, messageOf, refusal } from '../model/errors.js';

/** Codes of a file system that has no space left for the user. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Returns true if the file system has no space left. */
export function isDiskFull(error: unknown): boolean {
  return FULL.has((error as NodeJS.ErrnoException).code ?? '');
}

/** Creates the error for a backup directory that cannot be read or written. */
export function directoryError(directory: string, cause: unknown): RegadmError {
  if (cause instanceof RegadmError) return cause;
  return new RegadmError(`cannot use the backup directory ${directory}: ${problemOf(cause)}`, {
    code: 'BACKUP_DIRECTORY',
    suggestions: [
      isDiskFull(cause)
        ? 'free some space, or name a directory on a larger disk'
        : 'name a directory that this user can read and write, with --backup or as the argument',
    ],
    cause,
  });
}

/** Creates the error for a directory that is not a backup, or one of a version that this program does not know. */
export function notABackup(directory: string, why: string, remedy: string): RegadmError {
  return new RegadmError(`${directory} is not a backup directory that regadm can use: ${why}`, {
    code: 'BACKUP_DIRECTORY',
    suggestions: [remedy],
  });
}

/** Creates the error for a file of a backup that is damaged or incomplete. */
export function damaged(file: string, cause: unknown): RegadmError {
  return new RegadmError(`the backup is damaged: ${file}: ${messageOf(cause)}`, {
    code: 'BACKUP_DAMAGED',
    suggestions: ['find everything that is damaged with regadm backup verify DIR'],
    cause,
  });
}

/** Creates the refusal for a directory to which another process writes. */
export function locked(directory: string, holder: string, remedy: string): RegadmError {
  return refusal('BACKUP_LOCKED', `${directory} is in use by ${holder}; nothing was changed`, [remedy]);
}

/** Explains why the file system refused something, without a path. */
export function problemOf(cause: unknown): string {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOENT':
      return 'no such directory';
    case 'ENOTDIR':
      return 'it is not a directory';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'no space left on the disk';
    case 'EDQUOT':
      return 'the disk quota is exceeded';
    default:
      return messageOf(cause);
  }
}
