import { messageOf } from '../model/errors.js';
import { codesOf, networkFailure } from './network-errors.js';

/** What to do about an error of the operating system, by its code. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'check the path: the file, or a directory in the path, does not exist'],
  ['EACCES', 'check the permissions of the file and of the directories above it'],
  ['EPERM', 'check the permissions of the file and of the directories above it'],
  ['EISDIR', 'name a file, not a directory'],
  ['ENOTDIR', 'check the path: a part of it is a file, not a directory'],
  ['ENAMETOOLONG', 'choose a shorter name'],
  ['ELOOP', 'check the path: its symbolic links lead in a circle'],
  ['EEXIST', 'choose another name, or remove what exists'],
  ['ENOSPC', 'free some space, or choose another place'],
  ['EDQUOT', 'free some space, or choose another place'],
  ['EFBIG', 'choose another place: the file is too large for this one'],
  ['EROFS', 'choose another place: this file system is read-only'],
  ['EMFILE', 'raise the limit of open files, then try again: ulimit -n 4096'],
  ['ENFILE', 'the system has too many open files: close other programs, then try again'],
  ['ENOMEM', 'the system has too little memory: close other programs, then try again'],
  ['EAGAIN', 'the system has too few resources at the moment: try again'],
  ['EIO', 'check the disk: it reports an error'],
  ['EBUSY', 'another program uses it: try again later'],
  ['EADDRINUSE', 'choose another port'],
]);

/**
 * Returns what to do about an error of the operating system or of the network; undefined for all others, which are bugs
 * if nobody expects them.
 */
export function systemRemedy(error: unknown): string | undefined {
  const codes = [...codesOf(error)];
  if ((error as NodeJS.ErrnoException | undefined)?.syscall === 'listen' && codes.includes('EACCES'))
    return 'choose a port of 1024 or above: lower ones need the permission of the system';
  const remedy = codes.map((code) => REMEDIES.get(code)).find((text) => text !== undefined);
  if (remedy !== undefined) return remedy;
  return codes.length > 0 && networkFailure(error) !== 'other'
    ? 'check the address, the network and the proxy settings, then try again'
    : undefined;
}

/** Describes an error of the operating system, with the path or the address if its message lacks it. */
export function systemMessage(error: NodeJS.ErrnoException): string {
  const message = messageOf(error);
  return error.path === undefined || message.includes(error.path) ? message : `${message}: ${error.path}`;
}
