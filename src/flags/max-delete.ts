import { usageError } from '../core/model/errors.js';
import { parseMaxDelete, type MaxDelete } from '../core/model/values/max-delete.js';

/** Converts `--max-delete` for objects without a size. @throws RegadmError (USAGE) */
export function maxObjectsFlag(text: string, things: string): Exclude<MaxDelete, { bytes: number }> {
  const limit = parseMaxDelete(text);
  if (limit && !('bytes' in limit)) return limit;
  throw usageError(`invalid argument "${text}" for "--max-delete": not a number of ${things} or a percentage`, [
    'write it as 500 or 20%',
  ]);
}

/** Converts `--max-delete`; `things` is what a number counts. @throws RegadmError (USAGE) */
export function maxDeleteFlag(text: string, things: 'blobs' | 'images'): MaxDelete {
  const limit = parseMaxDelete(text);
  if (limit) return limit;
  throw usageError(`invalid argument "${text}" for "--max-delete": not a number of ${things}, a percentage or a size`, [
    'write it as 500, 20% or 10Gi',
  ]);
}
