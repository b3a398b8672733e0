import { isApiFailure } from '../../cluster/api-error.js';
import { isNotSent, isRegistryFailure } from '../../registry/error.js';
import type { ErrorCode } from '../../model/error-codes.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { forEachParallel } from '../../kit/parallel.js';
import type { Reporter } from '../../kit/reporter.js';
import type { Failure } from '../../model/document.js';
import { emptyOutcome, type PruneOutcome } from '../outcome.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import type { Images, ImageStreams, RegistryDeletions } from '../ports.js';
import type { AuditEntry, AuditLog } from './audit-log.js';
import { FailureStreak } from './failure-streak.js';
import type { ClusterWatcher } from './watch/cluster-watcher.js';
import type { LiveView } from './watch/live-view.js';

/** The ports and settings of an execution. */
interface RunPorts {
  imageStreams: ImageStreams;
  images: Images;
  /** Absent with `--prune-registry=false`. */
  registry?: RegistryDeletions;
  view: LiveView;
  watcher: Pick<ClusterWatcher, 'waitUntilFresh' | 'look' | 'catchUp'>;
  audit?: AuditLog;
  /** Aborts when the user interrupts the run: requests in flight are finished, nothing new is started. */
  signal: AbortSignal;
  /** Maximum number of concurrent deletions. */
  workers: number;
  reporter: Reporter;
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

/** Actions of the API server; the registry executes the others. */
const API_ACTIONS: ReadonlySet<AuditEntry['action']> = new Set<AuditEntry['action']>([
  'update-image-stream',
  'delete-image',
]);

/** The state of one execution: what has happened, and whether it continues. */
export class Run {
  readonly outcome: PruneOutcome;
  readonly failures: Failure[] = [];
  /** Why images must be kept because something of theirs was not deleted; by digest number. */
  readonly blocked = new Map<number, string>();
  /** Blobs (positions in the plan) whose deletion may have been executed although no response confirms it. */
  readonly unconfirmed = new Set<number>();
  /** Counted apart: the blobs of images are deleted in the registry while the API server fails, and the reverse. */
  private readonly streaks = {
    api: new FailureStreak(isApiFailure),
    registry: new FailureStreak(isRegistryFailure, isNotSent),
  };
  private ended: RegadmError | undefined;

  constructor(
    readonly plan: ImagePrunePlan,
    readonly ports: RunPorts,
  ) {
    this.outcome = emptyOutcome(plan);
  }

  /** False once the user or an error has ended the run: then nothing new is started. */
  get isActive(): boolean {
    return this.ended === undefined && !this.ports.signal.aborted;
  }

  /** The error that ended the run, if one did. */
  get fatal(): RegadmError | undefined {
    return this.ended;
  }

  /** Waits until what is known of the cluster is fresh enough for a deletion. @returns false if the run ends instead */
  async waitUntilFresh(): Promise<boolean> {
    if (!this.isActive) return false;
    const waiting = this.ports.watcher.waitUntilFresh();
    if (!waiting) return true;
    return this.attempt(() => waiting);
  }

  /**
   * Returns what runs after each wait of a deletion, for a retry, for other requests or for credentials: it refreshes
   * the view and checks again that the object may be deleted.
   * @param isBlocked returns why the object may no longer be deleted; undefined if it may
   */
  recheckBeforeRetry(isBlocked: () => string | undefined): () => Promise<void> {
    return async () => {
      const obstacle = (await this.waitUntilFresh()) ? isBlocked() : 'the run is ending';
      if (obstacle === undefined) return;
      throw new RegadmError(`the deletion was stopped while it waited: ${obstacle}`, { code: 'NOT_TRIED_AGAIN' });
    };
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

  /** Writes the line of the audit log for what has just been done. @returns whether the run continues */
  async record(entry: AuditEntry): Promise<boolean> {
    const { audit } = this.ports;
    if (!('result' in entry) || entry.result !== 'failed')
      this.streaks[API_ACTIONS.has(entry.action) ? 'api' : 'registry'].succeeded();
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
    const persistent = this.streaks.api.failed(error, place) ?? this.streaks.registry.failed(error, place);
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
    const concurrency = Math.min(this.ports.workers, items.length);
    await forEachParallel(items, { concurrency, shouldStop: () => !this.isActive }, work);
  }
}

function toFailure(target: string, error: unknown, message: string): Failure {
  const suggestions = error instanceof RegadmError ? error.suggestions : [];
  return { target, message, ...(suggestions.length > 0 ? { suggestions } : {}) };
}
