import { EXIT, RegadmError } from '../core/model/errors.js';

const SIGNALS = { SIGINT: EXIT.sigint, SIGTERM: EXIT.sigterm } as const;

/**
 * Runs work that ends in good order when the program is told to end: the first signal aborts it, a second one ends the process.
 * @param after what is to be said of an interrupted run, e.g. that a Job goes on in the cluster
 * @throws RegadmError INTERRUPTED (exit status 130 or 143), and what the work throws
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, after: string[] = []): Promise<T> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    const exitCode = SIGNALS[name as keyof typeof SIGNALS];
    if (controller.signal.aborted) process.exit(exitCode);
    controller.abort(new RegadmError(`interrupted by ${name}`, { code: 'INTERRUPTED', exitCode, suggestions: after }));
  };
  const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  for (const name of names) process.on(name, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    // What was under way may end with an error of its own, such as that of a request that broke off.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    for (const name of names) process.off(name, stop);
  }
}
