/**
 * Returns why a value of parsed JSON is not of a kind; undefined if it is. A missing or null value is of every kind.
 */
export function valueProblem(value: unknown, kind: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (kind === 'strings') return isStringList(value) ? undefined : 'must be a list of strings';
  if (kind === 'number') return Number.isSafeInteger(value) ? undefined : 'must be a whole number';
  return typeof value === kind ? undefined : `must be a ${kind}`;
}

function isStringList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
