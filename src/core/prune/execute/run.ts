import type { ClusterApi } from '../../cluster/api.js';
import type { Registry } from '../../registry/api.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import { emptyOutcome, type Failure, type PruneOutcome } from '../report.js';
import type { AuditEntry, AuditLog } from './audit-log.js';
import type { LiveView } from './live-view.js';
import type { SecondLook } from './second-look.js';

/** What carrying a plan out works with. */
export interface RunPorts {
  api: ClusterApi;
  /** Absent with `--prune-registry=false`. */
  registry?: Registry;
  view: LiveView;
  look: Pick<SecondLook, 'fresh' | 'look'>;
  audit?: AuditLog;
  /** Aborts when the user wants the run to end: requests under way are finished, nothing new is begun. */
  signal: AbortSignal;
  workers: number;
  tick?(count: number): void;
  phase?(name: string, total: number): void;
  log?(level: number, line: string): void;
}

/** Codes of errors after which nothing else can go well: the run ends, and says what it has done. */
const FATAL = new Set([
  'AUDIT_LOG',
  'INVALID_REFERENCES',
  'UNAUTHORIZED',
  'CREDENTIALS',
  'API_UNREACHABLE',
  'API_UNTRUSTED',
  'REGISTRY_UNREACHABLE',
  'REGISTRY_UNTRUSTED',
  'REGISTRY_UNAUTHORIZED',
  'REGISTRY_READ_ONLY',
  'REGISTRY_DELETE_DISABLED',
  'NOT_OPENSHIFT_REGISTRY',
]);

/** The state of one run: its outcome so far, its failures, and whether it is to go on. */
export class Run {
  readonly outcome: PruneOutcome;
  readonly failures: Failure[] = [];
  /** Digest numbers of images that must stay because something of theirs did not go as planned. */
  readonly heldBack = new Map<number, string>();
  private ended: RegadmError | undefined;

  constructor(
    readonly plan: ImagePrunePlan,
    readonly ports: RunPorts,
  ) {
    this.outcome = emptyOutcome(plan);
  }

  /** False once the user or an error has ended the run: then nothing new is begun. */
  get goesOn(): boolean {
    return this.ended === undefined && !this.ports.signal.aborted;
  }

  /** The error that ended the run, if one did. */
  get fatal(): RegadmError | undefined {
    return this.ended;
  }

  /** Waits until what is known of the cluster is fresh enough for a deletion. @returns false when the run is to end instead */
  async ready(): Promise<boolean> {
    if (!this.goesOn) return false;
    const waiting = this.ports.look.fresh();
    if (!waiting) return true;
    return this.guard(() => waiting);
  }

  /**
   * What stands before a further try of a deletion: a new look, and the question whether it may still go. Waits between tries can be long.
   * @param obstacle why it may not go by now, undefined when it may
   */
  still(obstacle: () => string | undefined): () => Promise<void> {
    return async () => {
      const found = (await this.ready()) ? obstacle() : 'the run is to end';
      if (found === undefined) return;
      throw new RegadmError(`there was no good answer to its deletion, and it was not tried again: ${found}`, {
        code: 'NOT_TRIED_AGAIN',
      });
    };
  }

  /** Runs something without which nothing may go on. */
  async guard(step: () => Promise<unknown>): Promise<boolean> {
    try {
      await step();
      return this.goesOn;
    } catch (error) {
      this.end(error);
      return false;
    }
  }

  /** Writes the audit log's line for what has just been done. */
  async record(entry: AuditEntry): Promise<boolean> {
    const { audit } = this.ports;
    return audit ? this.guard(() => audit.append(entry)) : this.goesOn;
  }

  /** Notes a failure; ends the run where it means that everything else will fail too. @returns the message */
  fail(target: string, error: unknown): string {
    const message = messageOf(error);
    this.failures.push({ target, message });
    if (isFatal(error)) this.ended ??= error as RegadmError;
    return message;
  }

  end(error: unknown): void {
    if (this.ended) return;
    this.ended =
      error instanceof RegadmError ? error : new RegadmError(messageOf(error), { code: 'INTERNAL', cause: error });
    this.failures.push({ target: 'the run', message: `ended early: ${this.ended.message}` });
  }
}

function isFatal(error: unknown): boolean {
  return error instanceof RegadmError && FATAL.has(error.code);
}

/** Runs `work` on every value with at most `workers` at a time; begins nothing new once the run has ended. */
export async function forEach<T>(
  run: Run,
  values: readonly T[],
  work: (value: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (run.goesOn && next < values.length) {
      const index = next++;
      await work(values[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(run.ports.workers, values.length) }, worker));
}
