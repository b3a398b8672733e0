import type { ClusterApi } from '../../cluster/api.js';
import type { Reporter } from '../../kit/reporter.js';
import { ADVICE } from '../../model/advice.js';
import { failureOf, type Failure } from '../../model/document.js';
import { messageOf } from '../../model/errors.js';
import { removeBinding } from '../../operator/binding.js';
import type { Lease } from '../../operator/lease/lease.js';
import { stopPruner } from '../../operator/pruner/stop.js';
import { modeRollout, waitForRollout } from '../../operator/rollout.js';
import { EMPTYING_CACHE, EMPTYING_CACHE_AGAIN, RESTORING, RESTORING_ROLLOUT } from './step.js';
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

/**
 * Returns advice for a step that failed: `--recover` can repeat it as long as the registry is locked. Without the lock,
 * nothing shows later that this run has left the registry read-only.
 */
function adviceFor(lease: Lease): string[] {
  if (lease.isTakenOver) return [];
  if (!lease.isRemoved) return [ADVICE.unfinishedHardPrune];
  return lease.hasChangedMode ? [ADVICE.stillReadOnly] : [];
}

/**
 * Restores everything that the lease records, in an order that lets a later `--recover` continue after a crash at any
 * point: stop the pruner, empty the cache while nobody can push, remove the binding, restore the mode, wait for the
 * roll-out, empty the cache of what the old pods have written into it since, and only then release the lock. After a
 * failure, the other steps still run, with one exception: the
 * registry stays read-only while a pruner can be deleting. If the lease was removed, it is written again first.
 * @returns the steps that failed, with what to do about each; empty if everything was restored
 */
export async function restore(options: RestoreOptions): Promise<Failure[]> {
  const { api, lease, reporter, emptyCache } = options;
  const attempts = new Attempts(options.steps, reporter);
  const advice = (): string[] => adviceFor(lease);
  lease.expectReadOnly(false);
  if (lease.isRemoved) await attempts.run('taking the registry lock again', () => lease.change(), advice);
  if (lease.isTakenOver) return attempts.failures;
  const { binding, pod } = lease.record;
  const unbound =
    binding === undefined ||
    (await attempts.run(`removing the cluster role binding ${binding}`, () => removeBinding(api, binding), advice));
  const idle =
    !pod ||
    !options.prunerMayRun ||
    (await attempts.run(
      "waiting until the registry's pruner has ended",
      () => stopPruner(api, pod, reporter.progress),
      () => (lease.isRemoved ? advice() : []),
    ));
  const emptied = emptyCache && (await attempts.run(EMPTYING_CACHE, emptyCache));
  if (!idle) return attempts.failures;
  const { changesMode } = lease.record;
  const restored = !changesMode || (await restoreMode(options, attempts));
  if (emptied && changesMode && restored) await attempts.run(EMPTYING_CACHE_AGAIN, emptyCache);
  if (restored && unbound) await attempts.run('releasing the registry lock', () => lease.release(), advice);
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
   * @param advice returns what is added to the suggestions of its error
   */
  async run(step: string, work: () => Promise<unknown>, advice: () => string[] = () => []): Promise<boolean> {
    try {
      await this.steps.run(step, work);
      return true;
    } catch (error) {
      this.failures.push(failureOf(step, error, advice()));
      this.reporter.warning(`${step}: ${messageOf(error)}`);
      return false;
    }
  }
}

async function restoreMode({ api, lease, timeoutMs, reporter }: RestoreOptions, attempts: Attempts): Promise<boolean> {
  const readOnly = lease.record.previousReadOnly === true;
  const advice = (): string[] => adviceFor(lease);
  return (
    (await attempts.run(
      `${RESTORING} (${readOnly ? 'read-only' : 'read-write'})`,
      () => setPreviousMode(lease),
      advice,
    )) &&
    attempts.run(
      RESTORING_ROLLOUT,
      () => waitForRollout(api, { ...modeRollout(readOnly), timeoutMs, reporter }),
      advice,
    )
  );
}

async function setPreviousMode(lease: Lease): Promise<void> {
  let isRequested = false;
  await lease.change(({ config }) => {
    const { previousReadOnly, changesMode } = lease.record;
    if (!isRequested && config.spec?.readOnly !== true) lease.readOnlyEndedByOthers = true;
    if (!changesMode || (config.spec?.readOnly ?? null) === previousReadOnly) return undefined;
    isRequested = true;
    return { spec: { readOnly: previousReadOnly } };
  });
}
