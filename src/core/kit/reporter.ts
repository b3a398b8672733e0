import type { Waits } from './waits.js';

/** What a phase counts. */
export type ProgressUnit = 'items' | 'bytes';

/** Returns one text in several lengths, the longest first; nothing if there is nothing to say. */
export type Detail = () => readonly string[];

/**
 * Reports to people what a use case is doing: on stderr, never as part of the result. The command line implements it
 * once (progress display, verbosity, quiet mode); tests pass a recorder.
 */
export interface Reporter {
  /**
   * Starts a phase of countable work.
   * @param name verb and object, such as `deleting images`
   * @param total if the amount is known
   * @param detail returns what the display shows after the amount. Default: the server that the run waits for
   */
  phase(name: string, total?: number, unit?: ProgressUnit, detail?: Detail): void;
  /** Counts finished units of the current phase. */
  tick(count?: number): void;
  /** Reports the state of a long wait; outside a terminal at most one line every 30 s is shown. */
  progress(text: string): void;
  /** Writes a line. */
  note(text: string): void;
  /** Writes a line that starts with `warning: `. */
  warning(text: string): void;
  /** Writes a line if `-v` is at least `level`: 4 reasons, 6 requests, 8 request details. */
  log(level: number, text: string): void;
  /** The responses that the run waits for, which a display names. */
  readonly waits?: Waits;
}

/** A reporter that also keeps its warnings, for a document that contains them. */
export interface RecordingReporter extends Reporter {
  /** In the order of their first report, without duplicates. */
  readonly warnings: readonly string[];
}

/** Creates a reporter that passes everything on and keeps the warnings. */
export function recordWarnings(reporter: Reporter): RecordingReporter {
  const warnings: string[] = [];
  return {
    warnings,
    phase: (...phase) => reporter.phase(...phase),
    tick: (count) => reporter.tick(count),
    progress: (text) => reporter.progress(text),
    note: (text) => reporter.note(text),
    warning(text) {
      if (!warnings.includes(text)) warnings.push(text);
      reporter.warning(text);
    },
    log: (level, text) => reporter.log(level, text),
    waits: reporter.waits,
  };
}

const ignore = (): void => {};

/** Reports nothing. */
export const SILENT: Reporter = {
  phase: ignore,
  tick: ignore,
  progress: ignore,
  note: ignore,
  warning: ignore,
  log: ignore,
};
