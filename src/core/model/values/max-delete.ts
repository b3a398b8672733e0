import { parseQuantity } from './quantity.js';

/** Limit of what one run deletes: a number of objects, a percentage of all of them, or a size in bytes. */
export type MaxDelete = { count: number } | { percent: number } | { bytes: number };

/** Parses `N`, `P%` or a size such as `10Gi`; undefined for anything else. */
export function parseMaxDelete(text: string): MaxDelete | undefined {
  if (/^\d+$/.test(text)) return { count: Number(text) };
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent) return Number(percent[1]) <= 100 ? { percent: Number(percent[1]) } : undefined;
  const bytes = parseQuantity(text);
  return bytes !== undefined && bytes >= 0 ? { bytes } : undefined;
}
