/** Returns true for an object of parsed JSON or YAML: not for null, a list or a scalar. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns true for a value of parsed JSON or YAML that is not there, or is null. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** Returns a list of parsed JSON as it is, and an empty list for every other value. */
export function listOf<T = unknown>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

/** Returns a string of parsed JSON; undefined for every other value. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
