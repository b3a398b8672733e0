import { AGES } from '../space-by-age.js';

/** Names an age by its index in AGES: `under 1d`, `1d to 7d`, …, `over 365d`. */
export function ageText(at: number): string {
  const days = (ms: number): string => `${Math.round(ms / 86_400_000)}d`;
  if (at === 0) return `under ${days(AGES[0]!)}`;
  return AGES[at] === Infinity ? `over ${days(AGES[at - 1]!)}` : `${days(AGES[at - 1]!)} to ${days(AGES[at]!)}`;
}
