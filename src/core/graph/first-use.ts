import type { Use } from '../model/referrer.js';

/** Returns the use that a reason names, and the number of further uses. */
export function firstUse(uses: Use[]): { by: Use; others: number } {
  return { by: uses[0]!, others: uses.length - 1 };
}
