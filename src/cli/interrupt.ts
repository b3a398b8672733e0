import { setMaxListeners } from 'node:events';
import { outputStreams } from '../core/terminal/writer.js';
import { EXIT, RegadmError } from '../core/model/errors.js';
import { unexpectedError } from './unexpected-error.js';

/** The signals that end a run, with its exit status. A terminal that closes sends SIGHUP. */
const SIGNALS = { SIGINT: EXIT.sigint, SIGTERM: EXIT.sigterm, SIGHUP: 129 } as const;
type Signal = keyof typeof SIGNALS;
const NAMES = Object.keys(SIGNALS) as Signal[];

export const STOPPING = 'Interrupted: finishing requests in flight, then stopping. Press Ctrl-C again to stop at once.';
export const RESTORING =
  'Interrupted: restoring the registry. Press Ctrl-C again to stop at once; then run: regadm prune hard --recover';

export const RECOVERING =
  'Interrupted: the recovery continues, because it must not stop halfway. Press Ctrl-C again to stop at once; then run it again.';

export interface InterruptTexts {
  /** What the first signal prints (default: `STOPPING`). */
  message?: string | (() => string);
  /** What to do after an interrupted run, e.g. how to follow a Job that keeps running. */
  suggestions?: string[];
}

interface InterruptOptions extends InterruptTexts {
  /** Writes a line to stderr. */
  note(text: string): void;
}

/**
 * Runs work that can be interrupted: the first signal aborts it, a second one ends the process at once. A bug (an
 * uncaught exception, an unhandled rejection) aborts the work too, so that it can still restore what it changed. A
 * closed pipe at stdout or stderr does not.
 * @throws RegadmError INTERRUPTED (exit status 130, 143 or 129), INTERNAL after a bug, SYSTEM_ERROR, and what
 *   the work throws
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: InterruptOptions,
): Promise<T> {
  const controller = new AbortController();
  // Every request in flight listens to it.
  setMaxListeners(0, controller.signal);
  const restore = listen(controller, options);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw outcome(error, controller.signal);
  } finally {
    restore();
  }
}

/**
 * Makes a signal outside of `interruptible` end the process by its exit status, so that what runs at exit still runs.
 * @returns a function that undoes it
 */
export function exitOnSignals(): () => void {
  const onSignal = (name: Signal): void => {
    if (process.listenerCount(name) === 1) process.exit(SIGNALS[name]);
  };
  for (const name of NAMES) process.on(name, onSignal);
  return () => {
    for (const name of NAMES) process.off(name, onSignal);
  };
}

/** Returns a function that removes the listeners. */
function listen(controller: AbortController, { note, message = STOPPING, suggestions }: InterruptOptions): () => void {
  const onSignal = (name: Signal): void => {
    const exitCode = SIGNALS[name];
    if (controller.signal.aborted) process.exit(exitCode);
    note(typeof message === 'string' ? message : message());
    controller.abort(new RegadmError(`interrupted by ${name}`, { code: 'INTERRUPTED', exitCode, suggestions }));
  };
  const onBug = (cause: unknown): void => controller.abort(unexpectedError(cause));
  const ignore = (): void => {};
  for (const name of NAMES) process.on(name, onSignal);
  for (const stream of outputStreams()) stream.on('error', ignore);
  process.on('uncaughtException', onBug).on('unhandledRejection', onBug);
  return () => {
    for (const name of NAMES) process.off(name, onSignal);
    for (const stream of outputStreams()) stream.off('error', ignore);
    process.off('uncaughtException', onBug).off('unhandledRejection', onBug);
  };
}

/**
 * Returns the error to report. Canceled requests fail with their own errors, so the signal's error replaces them,
 * unless the error has the signal's exit status.
 */
function outcome(error: unknown, { aborted, reason }: AbortSignal): unknown {
  const saysMore = error instanceof RegadmError && error.exitCode > 128;
  return aborted && !saysMore ? reason : error;
}
