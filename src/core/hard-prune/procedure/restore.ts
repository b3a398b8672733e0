import type { ClusterApi } from '../../cluster/api.js';
import type { Reporter } from '../../kit/reporter.js';
import { ADVICE } from '../../model/advice.js';
import { failureOf, type Failure } from '../../model/document.js';
import { messageOf, RegadmError } from '../../model/errors.js';
import { removeBinding } from '../../operator/binding.js';
import { changeConfig } from '../../operator/config.js';
import type { Lease } from '../../operator/lease/lease.js';
import { leaseOf } from '../../operator/lease/record.js';
import { stopPruner } from '../../operator/pruner/stop.js';
import { modeRollout, waitForRollout } from '../../operator/rollout.js';
import { EMPTYING_CACHE, RESTORING, RESTORING_ROLLOUT } from './step.js';
import type { Steps } from './steps.js';

interface RestoreOptions {
  api: ClusterApi;
  lease: Lease;
  steps: Steps;
  reporter: Reporter;
  /** Timeout of the roll-out, in ms. */
  timeoutMs: number;
  /** True if a pruner can still run in the recorded pod. */
  prunerMayRun: boolean;
  /** Empties the registry's blob cache in Redis, if there is anything to empty. */
  emptyCache?: () => Promise<number>;
}

/** Advice for a step whose failure keeps the registry lock, so that `--recover` can repeat it. */
const REPEATED = [ADVICE.unfinishedHardPrune];

/**
 * Restores everything that the lease records, in an order that lets a later `--recover` continue after a crash at any
 * point: stop the pruner, empty the cache while nobody can push, remove the binding, restore the mode, wait for the
 * roll-out, and only then release the lock. After a failure, the other steps still run, with one exception: the
 * registry stays read-only while a pruner can be deleting.
 * @returns the steps that failed, with what to do about each; empty if everything was restored
 */
export async function restore(options: RestoreOptions): Promise<Failure[]> {
  const { api, lease, reporter, emptyCache } = options;
  const { binding, changesMode, pod } = lease.record;
  const attempts = new Attempts(options.steps, reporter);
  lease.expectReadOnly(false);
  const unbound =
    binding === undefined ||
    (await attempts.run(`removing the cluster role binding ${binding}`, () => removeBinding(api, binding), REPEATED));
  const idle =
    !pod ||
    !options.prunerMayRun ||
    (await attempts.run("waiting until the registry's pruner has ended", () =>
      stopPruner(api, pod, reporter.progress),
    ));
  if (emptyCache) await attempts.run(EMPTYING_CACHE, emptyCache);
  if (!idle) return attempts.failures;
  const restored = !changesMode || (await restoreMode(options, attempts));
  if (restored && unbound) await attempts.run('releasing the registry lock', () => lease.release(), REPEATED);
  return attempts.failures;
}

/** Runs steps and collects their failures. */
class Attempts {
  readonly failures: Failure[] = [];

  constructor(
    private readonly steps: Steps,
    private readonly reporter: Reporter,
  ) {}

  /**
   * Runs a step; returns false if it failed.
   * @param advice added to the suggestions of its error
   */
  async run(step: string, work: () => Promise<unknown>, advice: readonly string[] = []): Promise<boolean> {
    try {
      await this.steps.run(step, work);
      return true;
    } catch (error) {
      this.failures.push(failureOf(step, error, advice));
      this.reporter.warning(`${step}: ${messageOf(error)}`);
      return false;
    }
  }
}

async function restoreMode({ api, lease, timeoutMs, reporter }: RestoreOptions, attempts: Attempts): Promise<boolean> {
  const readOnly = lease.record.previousReadOnly === true;
  return (
    (await attempts.run(
      `${RESTORING} (${readOnly ? 'read-only' : 'read-write'})`,
      () => setPreviousMode(api, lease),
      REPEATED,
    )) &&
    attempts.run(
      RESTORING_ROLLOUT,
      () => waitForRollout(api, { ...modeRollout(readOnly), timeoutMs, reporter }),
      REPEATED,
    )
  );
}

async function setPreviousMode(api: ClusterApi, lease: Lease): Promise<void> {
  const { previousReadOnly, holder } = lease.record;
  await changeConfig(api, ({ config }) => {
    if (leaseOf(config)?.holder.id !== holder.id)
      throw new RegadmError('another run has taken the registry lock', { code: 'LEASE_LOST' });
    return (config.spec?.readOnly ?? null) === previousReadOnly ? undefined : { spec: { readOnly: previousReadOnly } };
  });
}
