import { isApiFailure } from '../../cluster/api-error.js';
import { isNotSent, isRegistryFailure } from '../../registry/error.js';
import type { AuditEntry } from '../../deletion/audit-log.js';
import { FailureStreak } from '../../deletion/failure-streak.js';
import { RunState, type RunSettings } from '../../deletion/run-state.js';
import { RegadmError } from '../../model/errors.js';
import type { Reporter } from '../../kit/reporter.js';
import { NOTHING_UNSAVED, type Unsaved } from '../backup/unsaved.js';
import { emptyOutcome, type PruneOutcome } from '../outcome.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import type { Images, ImageStreams, RegistryDeletions } from '../ports.js';
import type { ClusterWatcher } from './watch/cluster-watcher.js';
import type { LiveView } from './watch/live-view.js';

/** The ports and settings of an execution. */
interface RunPorts extends RunSettings {
  imageStreams: ImageStreams;
  images: Images;
  /** Absent with `--prune-registry=false`. */
  registry?: RegistryDeletions;
  view: LiveView;
  watcher: Pick<ClusterWatcher, 'waitUntilFresh' | 'look' | 'catchUp'>;
  reporter: Reporter;
  /** What must be kept because it was not saved. */
  unsaved?: Unsaved;
}

/** Actions of the API server; the registry executes the others. */
const API_ACTIONS: ReadonlySet<AuditEntry['action']> = new Set<AuditEntry['action']>([
  'update-image-stream',
  'delete-image-stream-tag',
  'delete-image',
]);

/** The state of one execution: what has happened, and whether it continues. */
export class Run extends RunState {
  readonly outcome: PruneOutcome;
  /** Why images must be kept because something of theirs was not deleted; by digest number. */
  readonly blocked: Map<number, string>;
  /** What must be kept because it was not saved. */
  readonly unsaved: Unsaved;
  /** Blobs (positions in the plan) whose deletion may have been executed although no response confirms it. */
  readonly unconfirmed = new Set<number>();
  /** Counted apart: the blobs of images are deleted in the registry while the API server fails, and the reverse. */
  private readonly streakOf: { api: FailureStreak; registry: FailureStreak };

  constructor(
    readonly plan: ImagePrunePlan,
    readonly ports: RunPorts,
  ) {
    const api = new FailureStreak(isApiFailure);
    const registry = new FailureStreak(isRegistryFailure, isNotSent);
    super(ports, [api, registry]);
    this.streakOf = { api, registry };
    this.outcome = emptyOutcome(plan);
    this.unsaved = ports.unsaved ?? NOTHING_UNSAVED;
    this.blocked = new Map(this.unsaved.images);
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

  /** Writes the line of the audit log for what has just been done. @returns whether the run continues */
  async record(entry: AuditEntry): Promise<boolean> {
    if (!('result' in entry) || entry.result !== 'failed')
      this.streakOf[API_ACTIONS.has(entry.action) ? 'api' : 'registry'].succeeded();
    return this.append(entry);
  }
}
