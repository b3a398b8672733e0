/** Time from which a wait is long enough for what was checked before it to be out of date, in ms. */
const LONG_MS = 10;

/**
 * Waits for something that a request needs, and checks again whether it may be sent if that took long: a program that
 * provides credentials can run for seconds.
 * @param recheck throws if the request must not be sent any longer
 */
export async function recheckAfter<T>(wait: () => Promise<T>, recheck?: () => Promise<void>): Promise<T> {
  const started = performance.now();
  const result = await wait();
  if (performance.now() - started >= LONG_MS) await recheck?.();
  return result;
}
