import type { ClusterApi } from '../../cluster/api.js';
import { changeConfig } from '../../operator/config.js';
import { stopPruner } from '../../operator/pruner-process.js';
import { modeRollout, waitForRollout } from '../../operator/rollout.js';
import { messageOf, RegadmError } from '../../model/errors.js';
import { removeBinding } from '../../operator/binding.js';
import type { Lease } from '../../operator/lease.js';
import { leaseOf } from '../../operator/lease-record.js';
import type { Steps } from './steps.js';
import type { Reporter } from '../../kit/reporter.js';

export interface PutBackOptions {
  /** A pruner may still run in the recorded pod. */
  prunerMayRun: boolean;
  /** Empties the registry's shared blob cache, where there is one to empty. */
  emptyCache?: () => Promise<number>;
  timeoutMs: number;
}

/**
 * Puts everything back that the record names, in an order in which a crash at any point leaves what the next `--recover`
 * needs: end the pruner, empty the cache while nobody can push, remove the binding, restore the mode, wait for the roll-out,
 * and only then remove the annotation. What fails does not keep the rest from being tried, with one exception: as long as
 * a pruner may be deleting, the registry stays read-only.
 * @returns what failed; empty when all is as before
 */
export async function putBack(
  api: ClusterApi,
  lease: Lease,
  options: PutBackOptions,
  steps: Steps,
  report: Reporter,
): Promise<RegadmError[]> {
  const failures: RegadmError[] = [];
  const attempt = async (step: string, work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await steps.run(step, work);
      return true;
    } catch (error) {
      failures.push(
        error instanceof RegadmError
          ? error
          : new RegadmError(messageOf(error), { code: 'RESTORE_FAILED', cause: error }),
      );
      report.warning(`${step}: ${messageOf(error)}`);
      return false;
    }
  };
  lease.expectReadOnly(false);
  const { binding, changesMode, pod, previousReadOnly } = lease.record;
  const bindingGone =
    binding === undefined ||
    (await attempt(`removing the cluster role binding ${binding}`, () => removeBinding(api, binding)));
  const idle =
    !pod ||
    !options.prunerMayRun ||
    (await attempt("seeing that the registry's pruner has ended", () => stopPruner(api, pod, report.progress)));
  if (options.emptyCache) await attempt("emptying the registry's blob cache in Redis", options.emptyCache);
  if (!idle) return failures;
  const restored =
    !changesMode ||
    (await attempt(`restoring the mode (${previousReadOnly ? 'read-only' : 'read-write'})`, () =>
      restoreMode(api, lease),
    ));
  const back =
    restored &&
    (!changesMode || (await attempt('waiting for the roll-out', () => waitBack(api, lease, options, report))));
  if (back && bindingGone) await attempt('releasing the registry', () => lease.release());
  return failures;
}

async function restoreMode(api: ClusterApi, lease: Lease): Promise<void> {
  const { previousReadOnly, holder } = lease.record;
  await changeConfig(api, ({ config }) => {
    if (leaseOf(config)?.holder.id !== holder.id)
      throw new RegadmError('the annotation is no longer ours', { code: 'LEASE_LOST' });
    return (config.spec?.readOnly ?? null) === previousReadOnly ? undefined : { spec: { readOnly: previousReadOnly } };
  });
}

async function waitBack(
  api: ClusterApi,
  { record }: Lease,
  { timeoutMs }: PutBackOptions,
  report: Reporter,
): Promise<void> {
  await waitForRollout(api, {
    ...modeRollout(record.previousReadOnly === true),
    timeoutMs,
    onProgress: report.progress,
  });
}
