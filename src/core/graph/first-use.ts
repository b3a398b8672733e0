import type { Use } from '../model/referrer.js';

/** The use that is named in a reason, and how many more there are. */
export function firstUse(uses: Use[]): { by: Use; others: number } {
  return { by: uses[0]!, others: uses.length - 1 };
}
