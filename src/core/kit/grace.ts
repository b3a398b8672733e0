/** How long after the end of a run its last reads may take, in ms. A pod has 30 s from SIGTERM to SIGKILL. */
const GRACE_MS = 5000;

/**
 * Runs work that continues after a signal has aborted, but not for long.
 * @param work gets a signal that aborts when the time is over
 * @param graceMs maximum time after the abort of `signal`, in ms
 * @throws Error when the time is over
 */
export async function withGrace<T>(
  signal: AbortSignal,
  work: (ending: AbortSignal) => Promise<T>,
  graceMs = GRACE_MS,
): Promise<T> {
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const startTimer = (): void => {
    const error = new Error(`not finished within ${graceMs / 1000} s after the interruption`);
    timer = setTimeout(() => ending.abort(error), graceMs);
  };
  const expired = new Promise<never>((_, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason as Error), { once: true });
  });
  if (signal.aborted) startTimer();
  else signal.addEventListener('abort', startTimer, { once: true });
  try {
    return await Promise.race([work(ending.signal), expired]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', startTimer);
  }
}
