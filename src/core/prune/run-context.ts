import type { Reporter } from '../kit/reporter.js';

/** What accompanies a run: where it reports, its warnings, and what can interrupt it. */
export interface RunContext {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly startedAt: Date;
  /** Warnings so far: the report repeats them. */
  readonly warnings: string[];
  /** Shows a warning and notes it for the report. */
  readonly warn: (text: string) => void;
}

/** Starts the context of a run. */
export function startRun(reporter: Reporter, signal: AbortSignal): RunContext {
  const warnings: string[] = [];
  return {
    reporter,
    signal,
    startedAt: new Date(),
    warnings,
    warn(text) {
      warnings.push(text);
      reporter.warning(text);
    },
  };
}
