import type { ErrorCode } from '../model/error-codes.js';
import { EXIT, RegadmError, messageOf } from '../model/errors.js';
import { forEachParallel } from '../kit/parallel.js';
import type { Failure } from '../model/document.js';
import type { AuditEntry, AuditLog } from './audit-log.js';
import type { FailureStreak } from './failure-streak.js';

/** Settings of a run that deletes. */
export interface RunSettings {
  audit?: AuditLog;
  /** Aborts when the user interrupts the run: requests in flight are finished, nothing new is started. */
  signal: AbortSignal;
  /** Maximum number of concurrent deletions. */
  workers: number;
}

/**
 * Codes of errors after which everything else would fail, too. The run ends, and reports what was done. What a server
 * answers to one deletion is not among them, whatever its status: it can be about one object or one repository. If a
 * server fails persistently, `FailureStreak` ends the run.
 */
const FATAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'AUDIT_LOG',
  'INVALID_REFERENCES',
  'CREDENTIALS',
  'API_UNTRUSTED',
  'REGISTRY_UNTRUSTED',
]);

/** The state that every run that deletes has: its failures, and whether it continues. */
export class RunState {
  readonly failures: Failure[] = [];
  private ended: RegadmError | undefined;

  /** @param streaks one for each server: they end the run if their server fails persistently */
  constructor(
    private readonly settings: RunSettings,
    private readonly streaks: readonly FailureStreak[],
  ) {}

  /** False once the user or an error has ended the run: then nothing new is started. */
  get isActive(): boolean {
    return this.ended === undefined && !this.settings.signal.aborted;
  }

  /** The error that ended the run, if one did. */
  get fatal(): RegadmError | undefined {
    return this.ended;
  }

  /** Present if a signal ended the run; with the exit status of that signal. */
  get interrupted(): { exitCode: number } | undefined {
    const { aborted, reason } = this.settings.signal;
    if (!aborted) return undefined;
    return { exitCode: reason instanceof RegadmError ? reason.exitCode : EXIT.sigint };
  }

  /** Runs a step that must succeed for the run to continue. @returns whether it continues */
  async attempt(step: () => Promise<unknown>): Promise<boolean> {
    try {
      await step();
      return this.isActive;
    } catch (error) {
      this.end(error);
      return false;
    }
  }

  /** Writes a line of the audit log, if there is one. @returns whether the run continues */
  async append(entry: AuditEntry): Promise<boolean> {
    const { audit } = this.settings;
    return audit ? this.attempt(() => audit.append(entry)) : this.isActive;
  }

  /**
   * Notes a failure; ends the run if everything else would fail, too.
   * @param place namespace or repository of the target; absent for images and blobs
   * @returns the message
   */
  fail(target: string, error: unknown, place?: string): string {
    const message = messageOf(error);
    this.failures.push(toFailure(target, error, message));
    if (error instanceof RegadmError && FATAL.has(error.code)) this.ended ??= error;
    let persistent: RegadmError | undefined;
    for (const streak of this.streaks) persistent ??= streak.failed(error, place);
    if (persistent) this.end(persistent);
    return message;
  }

  /** Ends the run because of an error. */
  end(error: unknown): void {
    if (this.ended) return;
    this.ended =
      error instanceof RegadmError ? error : new RegadmError(messageOf(error), { code: 'INTERNAL', cause: error });
    this.failures.push(toFailure('the run', this.ended, `ended early: ${this.ended.message}`));
  }

  /** Runs `work` on every item with the maximum number of workers; starts nothing new once the run has ended. */
  async forEach<Item>(items: readonly Item[], work: (item: Item, index: number) => Promise<void>): Promise<void> {
    const concurrency = Math.min(this.settings.workers, items.length);
    await forEachParallel(items, { concurrency, shouldStop: () => !this.isActive }, work);
  }
}

function toFailure(target: string, error: unknown, message: string): Failure {
  const suggestions = error instanceof RegadmError ? error.suggestions : [];
  return { target, message, ...(suggestions.length > 0 ? { suggestions } : {}) };
}
