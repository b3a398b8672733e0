import path from 'node:path';
import { usageError } from '../core/model/errors.js';

/** The flags that name a file which the run writes besides stdout and stderr. */
export interface OutputFileFlags {
  'metrics-file'?: string;
  'audit-log'?: string;
  'plan-out'?: string;
  report?: string;
}

const NAMES = ['metrics-file', 'report', 'audit-log', 'plan-out'] as const;
/** Devices, and files that the shell has opened: several outputs can go there. /dev/shm has ordinary files. */
const SHARED = /^\/(?:dev\/(?!shm\/)|proc\/self\/fd\/)/;

/** Refuses a file that two flags name: the last one would replace what the others wrote. @throws RegadmError (USAGE) */
export function assertDistinctFiles(flags: OutputFileFlags): void {
  const seen = new Map<string, string>();
  for (const name of NAMES) {
    const file = flags[name];
    if (file === undefined || SHARED.test(file)) continue;
    const place = path.resolve(file);
    const other = seen.get(place);
    if (other !== undefined) throw usageError(`--${other} and --${name} cannot be the same file`);
    seen.set(place, name);
  }
}
