/** Why a value of parsed JSON is not of a kind, or undefined. What is missing or null is of every kind. */
export function readScalarValue(value: unknown, kind: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (kind === 'strings') return isTexts(value) ? undefined : 'must be a list of texts';
  if (kind === 'number') return Number.isSafeInteger(value) ? undefined : 'must be a whole number';
  return typeof value === kind ? undefined : `must be a ${kind === 'string' ? 'text' : 'boolean'}`;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
