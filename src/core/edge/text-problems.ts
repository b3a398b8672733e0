import { posix } from 'node:path';

/** Returns why a string cannot be used in a unit file or a command line; undefined if it can. */
export function textProblem(text: string): string | undefined {
  if (text === '') return 'must not be empty';
  // A line break would start another line of the unit file.
  return /[\u0000-\u001f\u007f]/.test(text) ? 'must not contain control characters' : undefined;
}

/** Returns why a string is not a path that Ignition accepts (absolute, in its shortest form); undefined if it is. */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return `must be an absolute path, not ${JSON.stringify(path)}`;
  const clean = withoutSlashAtEnd(posix.normalize(path));
  if (clean !== path) return `must be written in its shortest form: ${clean}`;
  return textProblem(path);
}

/** Removes slashes at the end of a path, which have no meaning. */
export function withoutSlashAtEnd(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}
