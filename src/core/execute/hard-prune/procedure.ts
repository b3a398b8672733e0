import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi } from '../../cluster/api.js';
import { listRegistryPods, type RegistryPod } from '../../cluster/pods.js';
import { changeConfig, readConfig, type RegistryConfig } from '../../cluster/registry-config.js';
import { pickPod } from '../../cluster/registry-exec.js';
import { modeRollout, readDeployment, waitForRollout } from '../../cluster/rollout.js';
import { RegadmError } from '../../model/errors.js';
import { assertWithinLimit, type MaxDelete } from '../../plan/hard-prune-limit.js';
import { createBinding, hasPrunerRole } from './binding.js';
import { Lease } from './lease.js';
import { leaseOf } from './lease-record.js';
import { PodPruner } from './pod-pruner.js';
import { assertModeCanChange, assertNoPruner, assertReadOnlyNow } from './preflight.js';
import { BIND_ROLE, CHANGE_MODE, EXEC_IN_POD, READ_IMAGES, assertPermissions } from './permissions.js';
import { putBack } from './put-back.js';
import { Steps } from './steps.js';
import type { Findings, Pruner, Removals, Reporter, StepRecord } from './types.js';

export interface ProcedureOptions {
  readOnly: 'auto' | 'required';
  /** Prunes the storage itself; without it, the registry's pruner is run in a pod. */
  storage?: Pruner;
  /** The pod to use; any if not given. */
  pod?: string;
  /** Refuses before anything is changed: what can be seen already (an unreadable storage, streams that would be damaged). */
  refuse: () => Promise<void>;
  /** Runs the basic prune, before the mode is changed. */
  pruneImages?: () => Promise<void>;
  maxDelete?: MaxDelete;
  emptyCache?: () => Promise<number>;
  timeoutMs: number;
}

/** Seconds until a new binding must have taken effect. */
const BINDING_TRIES = 10;

/** How the guarded operation ended; `error` is what ended it early. */
export interface ProcedureResult {
  findings?: Findings;
  removals?: Removals;
  steps: StepRecord[];
  error?: unknown;
  /** What could not be put back: `--recover` does it. */
  notRestored: RegadmError[];
}

/**
 * The whole hard prune as one guarded operation (docs/hard-prune.md): look before, remember the mode, switch to read-only, give the
 * role, check, delete, and put everything back whatever happens.
 * @param show is told what is found, before the first deletion
 * @throws RegadmError before anything was changed; afterwards every error is in the result
 */
export async function guardedHardPrune(api: ClusterApi, options: ProcedureOptions, show: (findings: Findings) => void, report: Reporter, signal: AbortSignal): Promise<ProcedureResult> {
  const steps = new Steps(report);
  const before = await steps.run('looking at permissions, pods and operator', () => preflight(api, options, report));
  const { pruneImages } = options;
  if (pruneImages) await steps.run('pruning images first', pruneImages);
  const lost = new AbortController();
  const stop = AbortSignal.any([signal, lost.signal]);
  stop.throwIfAborted();
  const lease = await steps.run('holding the registry', () =>
    Lease.take(api, { changesMode: (readOnly) => options.readOnly === 'auto' && !readOnly, binding: before.needsRole, emptiesCache: options.emptyCache !== undefined }, (error) => lost.abort(error)),
  );
  const run = new GuardedRun(api, options, lease, before.serviceAccount, steps, report, stop);
  await run.carryOut(show);
  const notRestored = lease.isOthers ? [] : await putBack(api, lease, { ...options, prunerMayRun: run.prunerMayRun, emptyCache: run.deleting ? options.emptyCache : undefined }, steps, report);
  lease.abandon();
  return { findings: run.findings, removals: run.removals, error: run.error, steps: steps.records, notRestored };
}

/** @throws RegadmError when something would fail later that can be seen now */
async function preflight(api: ClusterApi, options: ProcedureOptions, report: Reporter): Promise<{ serviceAccount: string; needsRole: boolean }> {
  const inPod = options.storage === undefined;
  await assertPermissions(api, [...CHANGE_MODE, ...READ_IMAGES, ...(inPod ? [...EXEC_IN_POD, ...BIND_ROLE] : [])]);
  const { config } = await readConfig(api);
  leaseRefusal(config);
  if (options.readOnly === 'required') await assertReadOnlyNow(api);
  else if (config.spec?.readOnly !== true) assertModeCanChange(config);
  await options.refuse();
  if (!options.emptyCache && (await listRegistryPods(api)).some(({ usesRedis }) => usesRedis)) {
    report.warning('the registry keeps its blob cache in a Redis, which a roll-out does not empty: pass --redis-url');
  }
  if (!inPod) return { serviceAccount: '', needsRole: false };
  await pickPod(api, options.pod);
  await assertNoPruner(api, report);
  const serviceAccount = (await readDeployment(api)).spec?.template?.spec?.serviceAccountName ?? 'default';
  return { serviceAccount, needsRole: !(await hasPrunerRole(api, serviceAccount)) };
}

/** What cannot be read as a lease is said before anything else; one that is there is refused when ours is written. */
function leaseRefusal(config: RegistryConfig): void {
  leaseOf(config);
}

/** The part between taking the lease and putting everything back. It never throws. */
class GuardedRun {
  findings?: Findings;
  removals?: Removals;
  error?: unknown;
  deleting = false;
  prunerMayRun = false;

  constructor(
    private readonly api: ClusterApi,
    private readonly options: ProcedureOptions,
    private readonly lease: Lease,
    private readonly serviceAccount: string,
    private readonly steps: Steps,
    private readonly report: Reporter,
    private readonly stop: AbortSignal,
  ) {}

  async carryOut(show: (findings: Findings) => void): Promise<void> {
    try {
      await this.switchToReadOnly();
      await this.giveRole();
      const pruner = this.options.storage ?? (await this.podPruner());
      const findings = await this.steps.run('checking what nothing uses', () => this.check(pruner));
      this.findings = findings;
      show(findings);
      assertWithinLimit(findings.plan, this.options.maxDelete);
      this.stop.throwIfAborted();
      this.deleting = true;
      this.removals = await this.steps.run('deleting', () => pruner.remove(findings.plan, this.lease.mayGoOn, this.stop));
      this.stop.throwIfAborted();
    } catch (error) {
      this.error = this.stop.aborted ? this.stop.reason : error;
    }
  }

  /** The API server may take a moment to act upon a new binding. */
  private async check(pruner: Pruner): Promise<Findings> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await pruner.check(this.stop);
      } catch (error) {
        const tooEarly = this.lease.record.binding && (error as { code?: string }).code === 'PRUNER_FORBIDDEN' && attempt < BINDING_TRIES;
        if (!tooEarly) throw error;
        await sleep(1000, undefined, { signal: this.stop });
      }
    }
  }

  private async switchToReadOnly(): Promise<void> {
    const { lease, api, options, report, stop } = this;
    stop.throwIfAborted();
    if (lease.record.changesMode) await this.steps.run('switching the registry to read-only mode', () => switchMode(api, lease));
    const wait = (): Promise<unknown> => waitForRollout(api, { ...modeRollout(true), timeoutMs: options.timeoutMs, signal: stop, onProgress: report.progress });
    await this.steps.run('waiting until every registry pod is read-only', wait);
    lease.expectReadOnly(true);
    await lease.renew();
  }

  private async giveRole(): Promise<void> {
    const { binding } = this.lease.record;
    this.stop.throwIfAborted();
    if (binding) await this.steps.run(`giving system:image-pruner to the registry's service account (${binding})`, () => createBinding(this.api, binding, this.serviceAccount));
  }

  /** The roll-out has replaced the pods: one that was named may be gone. */
  private async podPruner(): Promise<Pruner> {
    const wanted = this.lease.record.changesMode ? undefined : this.options.pod;
    const pod = await pickPod(this.api, wanted);
    if (this.options.pod && pod.name !== this.options.pod) this.report.note(`pod ${this.options.pod} was replaced when the mode changed; using ${pod.name}`);
    const onStart = async ({ name, uid, containerId }: RegistryPod): Promise<void> => {
      await this.lease.recordPod({ name, uid, containerId });
      this.prunerMayRun = true;
    };
    return new PodPruner(this.api, pod, this.report, onStart, () => (this.prunerMayRun = false));
  }
}

async function switchMode(api: ClusterApi, lease: Lease): Promise<void> {
  await changeConfig(api, ({ config }) => {
    if (leaseOf(config)?.holder.id !== lease.record.holder.id) throw new RegadmError('the hard prune has lost its hold on the registry', { code: 'LEASE_LOST' });
    return config.spec?.readOnly === true ? undefined : { spec: { readOnly: true } };
  });
}
