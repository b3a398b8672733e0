import { setMaxListeners } from 'node:events';
import { EXIT, RegadmError } from '../core/model/errors.js';

/** A terminal that closes ends programs too. */
const SIGNALS = { SIGINT: EXIT.sigint, SIGTERM: EXIT.sigterm, SIGHUP: 129 } as const;

const PUT_BACK = 'putting everything back (a second signal ends at once; then: regadm prune hard --recover)';

export interface Interruptions {
  /** Aborts with a RegadmError (INTERRUPTED) on the first signal. */
  signal: AbortSignal;
  /** Signals act as usual again. */
  end(): void;
}

/**
 * Turns the first signal into an orderly end, in the `manner` that is told; a second one ends the process at once.
 * Output that nobody reads any more, and defects, do not end it half-way either.
 */
export function watchInterruptions(note: (text: string) => void, manner = PUT_BACK): Interruptions {
  const controller = new AbortController();
  // Every request under way listens to it.
  setMaxListeners(0, controller.signal);
  const onSignal = (name: NodeJS.Signals): void => {
    const exitCode = SIGNALS[name as keyof typeof SIGNALS];
    if (controller.signal.aborted) process.exit(exitCode);
    note(`${name}: ending in good order, ${manner}`);
    controller.abort(new RegadmError(`interrupted by ${name}`, { code: 'INTERRUPTED', exitCode }));
  };
  const onDefect = (cause: unknown): void => {
    if (controller.signal.aborted) return;
    controller.abort(
      new RegadmError(cause instanceof Error ? cause.message : String(cause), { code: 'INTERNAL', cause }),
    );
  };
  const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  for (const name of names) process.on(name, onSignal);
  process.on('uncaughtException', onDefect);
  process.on('unhandledRejection', onDefect);
  const ignore = (): void => {};
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.on('error', ignore);
  return {
    signal: controller.signal,
    end: () => {
      for (const name of names) process.off(name, onSignal);
      process.off('uncaughtException', onDefect);
      process.off('unhandledRejection', onDefect);
      for (const stream of streams) stream.off('error', ignore);
    },
  };
}
