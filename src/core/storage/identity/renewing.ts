/** A value that is valid for some time. */
export interface Expiring<T> {
  value: T;
  /** By this machine's clock, in ms since the epoch. */
  expiresAt: number;
}

/** A value is replaced this long before it expires, in ms; one that is valid for a shorter time at half of it. */
const RENEW_BEFORE_MS = 300_000;

/**
 * Returns a function that returns a valid value, and replaces it before it expires. Callers that wait for the same
 * replacement share it. While the old value is valid, a replacement that fails does not matter.
 */
export function renewing<T>(request: () => Promise<Expiring<T>>, now: () => number = Date.now): () => Promise<T> {
  let current: (Expiring<T> & { renewAt: number }) | undefined;
  let pending: Promise<T> | undefined;
  const renew = async (): Promise<T> => {
    try {
      const next = await request();
      const remaining = next.expiresAt - now();
      current = { ...next, renewAt: next.expiresAt - Math.min(RENEW_BEFORE_MS, remaining / 2) };
    } catch (error) {
      if (!current || now() >= current.expiresAt) throw error;
    }
    return current.value;
  };
  return async () => {
    if (current && now() < current.renewAt) return current.value;
    pending ??= renew().finally(() => (pending = undefined));
    return pending;
  };
}
