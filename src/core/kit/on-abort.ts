import { setMaxListeners } from 'node:events';

/**
 * Calls a listener when a signal aborts, at once if it has aborted. One signal can end any number of concurrent
 * requests, so Node.js's limit, beyond which it warns of a leak, does not apply to it: whoever adds a listener removes
 * it.
 * @returns a function that removes the listener
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => undefined;
  setMaxListeners(0, signal);
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
