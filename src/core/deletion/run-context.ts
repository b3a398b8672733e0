import type { Reporter } from '../kit/reporter.js';

/** The reporter, signal and warnings of a run. */
export interface RunContext {
  /** Records its warnings, too: the report repeats them. */
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly startedAt: Date;
  /** Warnings so far. */
  readonly warnings: string[];
}

/** Starts the context of a run. */
export function startRun(reporter: Reporter, signal: AbortSignal): RunContext {
  const warnings: string[] = [];
  const warning = (text: string): void => {
    warnings.push(text);
    reporter.warning(text);
  };
  return { reporter: { ...reporter, warning }, signal, startedAt: new Date(), warnings };
}
