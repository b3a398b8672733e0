import { isApiFailure } from '../../cluster/api-error.js';
import { AuditLog } from '../../deletion/audit-log.js';
import { FailureStreak } from '../../deletion/failure-streak.js';
import { RunState, type RunSettings } from '../../deletion/run-state.js';
import { RegadmError } from '../../model/errors.js';
import type { EntryStatus, Failure } from '../../model/document.js';
import type { Reporter } from '../../kit/reporter.js';
import type { ObjectPruneFeature } from '../feature.js';
import { keyOf } from '../plan/object.js';
import type { Deletion, ObjectPrunePlan } from '../plan/plan.js';
import { describeReason, ownerText } from '../plan/reason.js';
import type { ObjectPrunePorts, Target } from '../ports.js';
import { withPermission } from '../permissions.js';
import { isSameObject } from './same-object.js';

/** The result of executing a plan. */
export interface Execution {
  dryRun: boolean;
  /** What happened to the plan's deletions; in the same order. */
  statuses: readonly EntryStatus[];
  failures: Failure[];
  interrupted?: { exitCode: number };
}

interface ExecuteOptions {
  feature: ObjectPruneFeature;
  /** File that gets a line for every deletion. */
  auditLog?: string;
  workers: number;
  reporter: Reporter;
  signal: AbortSignal;
}

/** Status of a deletion that the run did not reach. */
const NOT_REACHED: EntryStatus = { status: 'skipped', reason: 'the run ended before its turn' };
/** Maximum number of times that an object is read because it changed between the reading and the deletion. */
const MAX_READS = 3;

/**
 * Deletes what the plan names. Each object is read again right before its deletion, and is deleted only if nothing has
 * changed that the decision rests on; the deletion applies only to the version that was read.
 * @throws RegadmError if the run ended before anything was deleted; later failures are in the result
 */
export async function execute(
  plan: ObjectPrunePlan,
  ports: ObjectPrunePorts,
  { feature, auditLog, workers, reporter, signal }: ExecuteOptions,
): Promise<Execution> {
  const audit = auditLog === undefined ? undefined : await AuditLog.open(auditLog);
  const run = new ObjectRun(plan, ports, feature, { audit, signal, workers });
  try {
    if (plan.deletions.length > 0) {
      // Nothing has been deleted so far: an error here ends the run as an error, not as a partial run.
      await audit?.append({ action: 'start', server: ports.server, objects: plan.deletions.length });
      reporter.phase(`deleting ${feature.things}`, plan.deletions.length);
      await run.forEach(plan.deletions, async (deletion, at) => {
        await run.prune(deletion, at);
        reporter.tick(1);
      });
      await run.append({ action: 'end' });
    }
  } finally {
    await audit?.close();
  }
  const statuses = Array.from(run.statuses, (status) => status ?? NOT_REACHED);
  if (run.fatal && statuses.every(({ status }) => status === 'skipped')) throw run.fatal;
  return { dryRun: false, statuses, failures: run.failures, interrupted: run.interrupted };
}

/** The state of one execution. */
class ObjectRun extends RunState {
  readonly statuses: (EntryStatus | undefined)[];
  private readonly streak: FailureStreak;

  constructor(
    plan: ObjectPrunePlan,
    private readonly ports: ObjectPrunePorts,
    private readonly feature: ObjectPruneFeature,
    settings: RunSettings,
  ) {
    const streak = new FailureStreak(isApiFailure);
    super(settings, [streak]);
    this.streak = streak;
    this.statuses = plan.deletions.map(() => undefined);
  }

  /** Deletes an object, unless something has changed. */
  async prune(deletion: Deletion, at: number): Promise<void> {
    const { kind, namespace, name, uid } = deletion.object;
    const { action, resource } = this.feature.kinds[kind]!;
    const entry = { action, namespace, name, uid, reason: describeReason(deletion.because) };
    try {
      const status = await this.tryToDelete(deletion);
      this.statuses[at] = status;
      this.streak.succeeded();
      if (status.status !== 'skipped') await this.append({ ...entry, result: status.status });
    } catch (error) {
      const target = `${kind} ${keyOf(deletion.object)}`;
      const message = this.fail(target, withPermission(error, resource), namespace);
      this.statuses[at] = { status: 'failed', message };
      await this.append({ ...entry, result: 'failed', message });
    }
  }

  private async tryToDelete(deletion: Deletion): Promise<EntryStatus> {
    const { kind, namespace, name, uid } = deletion.object;
    const { resource } = this.feature.kinds[kind]!;
    const target: Target = { resource, namespace, name };
    for (let reads = 1; ; reads++) {
      const found = await this.ports.find(target);
      if (!found) return { status: 'gone' };
      const obstacle =
        this.changeOf(deletion, found) ?? (await this.newOwnerOf(deletion)) ?? (await this.lossOfNewest(deletion));
      if (obstacle !== undefined) return { status: 'skipped', reason: obstacle };
      const { resourceVersion } = found.metadata;
      const beforeRetry = async (): Promise<void> => this.assertActive();
      if (!this.isActive) return NOT_REACHED;
      const result = await this.ports.delete(target, { uid, resourceVersion, beforeRetry });
      if (result === 'replaced') return { status: 'skipped', reason: REPLACED };
      if (result !== 'changed') return { status: result };
      if (reads === MAX_READS) return { status: 'skipped', reason: 'it changes all the time' };
    }
  }

  /** Returns what has changed since the plan; undefined if nothing that the decision rests on. */
  private changeOf({ object }: Deletion, found: Parameters<typeof isSameObject>[1]): string | undefined {
    if (object.uid !== undefined && found.metadata.uid !== object.uid) return REPLACED;
    return isSameObject(object, found, this.feature) ? undefined : 'it has changed since it was listed';
  }

  /** Returns the owner that an orphan has now; undefined if it still has none. @throws ApiError */
  private async newOwnerOf({ because }: Deletion): Promise<string | undefined> {
    if (because.because !== 'orphan' || !because.owner || because.owner.name === '') return undefined;
    const { kind, namespace, name } = because.owner;
    const owner = await this.ports.find({ resource: this.feature.owners[kind]!, namespace, name });
    return owner && `${ownerText(because.owner)} exists now`;
  }

  /** Returns that the newest object of the owner no longer exists; undefined if it does. @throws ApiError */
  private async lossOfNewest({ newest }: Deletion): Promise<string | undefined> {
    if (!newest) return undefined;
    const { kind, namespace, name, uid } = newest;
    const found = await this.ports.find({ resource: this.feature.kinds[kind]!.resource, namespace, name });
    if (found && (uid === undefined || found.metadata.uid === uid)) return undefined;
    return `${kind} ${keyOf(newest)}, the newest one when it was listed, no longer exists: this one can be the current revision now`;
  }

  /** @throws RegadmError NOT_TRIED_AGAIN once the run is ending */
  private assertActive(): void {
    if (this.isActive) return;
    throw new RegadmError('the deletion was stopped while it waited: the run is ending', { code: 'NOT_TRIED_AGAIN' });
  }
}

const REPLACED = 'it was deleted and created again in the meantime';
