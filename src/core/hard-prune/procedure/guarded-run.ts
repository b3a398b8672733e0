import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi } from '../../cluster/api.js';
import type { RegistryPod } from '../../operator/pods.js';
import { changeConfig } from '../../operator/config.js';
import { pickPod } from '../../operator/pruner-process.js';
import { modeRollout, waitForRollout } from '../../operator/rollout.js';
import { RegadmError } from '../../model/errors.js';
import { assertWithinLimit } from '../plan/limit.js';
import { createBinding } from '../../operator/binding.js';
import type { Lease } from '../../operator/lease.js';
import { leaseOf } from '../../operator/lease-record.js';
import { PodPruner } from '../pruner/pod-pruner.js';
import type { ProcedureOptions } from './procedure-options.js';
import type { Steps } from './steps.js';
import type { Findings, Pruner, Removals } from '../report.js';
import type { Reporter } from '../../kit/reporter.js';

/** Seconds until a new binding must have taken effect. */
const BINDING_TRIES = 10;

/** The part between taking the lease and putting everything back. It never throws. */
export class GuardedRun {
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
      this.removals = await this.steps.run('deleting', () =>
        pruner.remove(findings.plan, this.lease.mayGoOn, this.stop),
      );
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
        const tooEarly =
          this.lease.record.binding &&
          (error as { code?: string }).code === 'PRUNER_FORBIDDEN' &&
          attempt < BINDING_TRIES;
        if (!tooEarly) throw error;
        await sleep(1000, undefined, { signal: this.stop });
      }
    }
  }

  private async switchToReadOnly(): Promise<void> {
    const { lease, api, options, report, stop } = this;
    stop.throwIfAborted();
    if (lease.record.changesMode)
      await this.steps.run('switching the registry to read-only mode', () => switchMode(api, lease));
    const wait = (): Promise<unknown> =>
      waitForRollout(api, {
        ...modeRollout(true),
        timeoutMs: options.timeoutMs,
        signal: stop,
        onProgress: report.progress,
      });
    await this.steps.run('waiting until every registry pod is read-only', wait);
    lease.expectReadOnly(true);
    await lease.renew();
  }

  private async giveRole(): Promise<void> {
    const { binding } = this.lease.record;
    this.stop.throwIfAborted();
    if (binding)
      await this.steps.run(`giving system:image-pruner to the registry's service account (${binding})`, () =>
        createBinding(this.api, binding, this.serviceAccount),
      );
  }

  /** The roll-out has replaced the pods: one that was named may be gone. */
  private async podPruner(): Promise<Pruner> {
    const wanted = this.lease.record.changesMode ? undefined : this.options.pod;
    const pod = await pickPod(this.api, wanted);
    if (this.options.pod && pod.name !== this.options.pod)
      this.report.note(`pod ${this.options.pod} was replaced when the mode changed; using ${pod.name}`);
    const onStart = async ({ name, uid, containerId }: RegistryPod): Promise<void> => {
      await this.lease.recordPod({ name, uid, containerId });
      this.prunerMayRun = true;
    };
    return new PodPruner(this.api, pod, this.report, onStart, () => (this.prunerMayRun = false));
  }
}

async function switchMode(api: ClusterApi, lease: Lease): Promise<void> {
  await changeConfig(api, ({ config }) => {
    if (leaseOf(config)?.holder.id !== lease.record.holder.id)
      throw new RegadmError('the hard prune has lost its hold on the registry', { code: 'LEASE_LOST' });
    return config.spec?.readOnly === true ? undefined : { spec: { readOnly: true } };
  });
}
