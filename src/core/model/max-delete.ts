import { usageError } from './errors.js';
import { parseQuantity } from './quantity.js';

/** The value of `--max-delete`: a number of things (blobs, images), a share of all of them, or bytes of blobs. */
export type MaxDelete = { count: number } | { percent: number } | { bytes: number };

/** Reads `--max-delete N|P%|SIZE`; `things` is what N counts. @throws RegadmError (USAGE) */
export function parseMaxDelete(text: string, things = 'blobs'): MaxDelete {
  if (/^\d+$/.test(text)) return { count: Number(text) };
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent && Number(percent[1]) <= 100) return { percent: Number(percent[1]) };
  const bytes = percent ? undefined : parseQuantity(text);
  if (bytes !== undefined && bytes >= 0) return { bytes };
  throw usageError(`invalid argument "${text}" for "--max-delete": not a number of ${things}, a percentage or a size`, [
    'write it as 500, 20% or 10Gi',
  ]);
}
