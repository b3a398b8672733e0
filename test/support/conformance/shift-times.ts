const YEARS = /^\d{4}-\d\d-\d\dT/;

/** Moves every time in a cluster by `ms` milliseconds. */
export function shiftTimes<T>(value: T, ms: number): T {
  if (Array.isArray(value)) return value.map((entry) => shiftTimes(entry as unknown, ms)) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        (key === 'creationTimestamp' || key === 'created') && typeof entry === 'string' && YEARS.test(entry)
          ? new Date(Date.parse(entry) + ms).toISOString()
          : shiftTimes(entry as unknown, ms),
      ]),
    ) as T;
  }
  return value;
}
