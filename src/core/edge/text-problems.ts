import { posix } from 'node:path';

/** Why a text cannot stand in a unit file or a command line, or undefined. */
export function textProblem(text: string): string | undefined {
  if (text === '') return 'must not be empty';
  // A line break would start another setting of the unit.

  return /[\u0000-\u001f\u007f]/.test(text) ? 'must not contain control characters' : undefined;
}

/** Why a text is no path that Ignition takes, or undefined: absolute and in its shortest form. */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return `must be an absolute path, not ${JSON.stringify(path)}`;
  const clean = posix.normalize(path).replace(/(?<=.)\/$/, '');
  if (clean !== path) return `must be written in its shortest form: ${clean}`;
  return textProblem(path);
}
