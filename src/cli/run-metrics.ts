import { messageOf, RegadmError } from '../core/model/errors.js';
import type { Family } from '../core/terminal/metrics/family.js';
import { MetricsFile } from '../core/terminal/metrics/metrics-file.js';
import { stderr } from '../core/terminal/writer.js';
import { exitOnSignals } from './interrupt.js';

interface MeasuredRun {
  /** Such as `prune images`. */
  command: string;
  version: string;
  /** Undefined for a command that never changes anything. */
  dryRun?: boolean;
}

/**
 * Measures a run for `--metrics-file`, and writes the file however the run ends, except when the process is killed
 * (SIGKILL).
 */
export class RunMetrics {
  private readonly startedAt = performance.now();
  private readonly ignoreSignals = exitOnSignals();
  private families: Family[] = [];
  private isOver = false;

  private constructor(
    private readonly file: MetricsFile,
    private readonly run: MeasuredRun,
  ) {
    process.once('exit', this.onExit);
  }

  /** Checks the file before the run. @throws RegadmError METRICS_FILE, FILE_EXISTS */
  static start(file: string, run: MeasuredRun): RunMetrics {
    return new RunMetrics(MetricsFile.open(file, run.command), run);
  }

  /** @throws RegadmError FILE_EXISTS if the file is another cluster's; then it is not written */
  setCluster(server: string): void {
    try {
      this.file.setCluster(server);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** Adds what the run did. Without it, the file states only how the run ended. */
  add(families: Family[]): void {
    this.families = families;
  }

  /** Writes the file, once. @throws RegadmError METRICS_FILE, FILE_EXISTS */
  finish(exitStatus: number): void {
    if (this.isOver) return;
    this.end();
    const durationMs = performance.now() - this.startedAt;
    this.file.write({ ...this.run, exitStatus, durationMs, endedAt: Date.now() }, this.families);
  }

  private end(): void {
    this.isOver = true;
    this.ignoreSignals();
    process.off('exit', this.onExit);
  }

  /** A second signal, or a bug, ends the process before the command can write the file. */
  private readonly onExit = (exitStatus: number): void => {
    try {
      this.finish(exitStatus);
    } catch (error) {
      stderr().error(`error: ${messageOf(error)}`);
    }
  };
}

/** Returns an error of the file after the run, with the exit status of the run. */
export function afterRun(error: unknown, status: number): RegadmError {
  return new RegadmError(messageOf(error), {
    code: 'METRICS_FILE',
    suggestions: [
      ...(error instanceof RegadmError ? error.suggestions : []),
      `the run itself ended with exit status ${status}; what it changed stays changed`,
    ],
    cause: error,
  });
}
