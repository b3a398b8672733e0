import type { Detail, ProgressUnit } from '../kit/reporter.js';

/** Shows the progress of long-running work. Never on stdout. */
export interface Progress {
  /** Starts a phase of countable work; `total` if the amount is known, `detail` returns what is shown after it. */
  phase(name: string, total?: number, unit?: ProgressUnit, detail?: Detail): void;
  /** Counts finished units of the current phase. */
  tick(count?: number): void;
  /** Writes a line to the same stream without garbling the display. */
  log(line: string): void;
  /**
   * Removes the display when the work has ended; safe to call twice. Must be called: a display keeps the process
   * running.
   */
  done(): void;
}
