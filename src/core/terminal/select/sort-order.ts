import { parseFlagDuration } from '../../model/values/duration.js';
import { compareText } from '../../model/values/compare-text.js';

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/**
 * Returns the positions of values in ascending order. Numbers, times and durations are compared by value, everything
 * else as text; missing values are last, and equal ones keep their order.
 */
export function sortOrder(values: readonly unknown[]): number[] {
  const known = [...values.keys()].filter((at) => !isMissing(values[at]));
  const missing = [...values.keys()].filter((at) => isMissing(values[at]));
  const numbers = known.map((at) => toNumber(values[at]));
  if (numbers.every((number) => number !== undefined)) {
    const byPosition = new Map(known.map((at, index) => [at, numbers[index]!]));
    return [...known.sort((a, b) => byPosition.get(a)! - byPosition.get(b)!), ...missing];
  }
  const texts = new Map(known.map((at) => [at, toText(values[at])]));
  return [...known.sort((a, b) => compareText(texts.get(a)!, texts.get(b)!)), ...missing];
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || Number.isNaN(value);
}

/** Returns the number that a value stands for; undefined for other texts. */
function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string') return undefined;
  return TIME.test(value) ? Date.parse(value) : parseFlagDuration(value);
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
