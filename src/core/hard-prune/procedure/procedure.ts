import type { ClusterApi } from '../../cluster/api.js';
import { listRegistryPods } from '../../operator/pods.js';
import { readConfig } from '../../operator/config.js';
import { pickPod } from '../../operator/pruner-process.js';
import { readDeployment } from '../../operator/rollout.js';
import type { RegadmError } from '../../model/errors.js';
import { hasPrunerRole } from '../../operator/binding.js';
import { GuardedRun } from './guarded-run.js';
import { Lease, assertNotHeld } from '../../operator/lease.js';
import { assertModeCanChange, assertNoPruner, assertReadOnlyNow } from '../../operator/guards.js';
import { BIND_ROLE, CHANGE_MODE, EXEC_IN_POD, READ_IMAGES, assertPermissions } from '../../operator/permissions.js';
import type { ProcedureOptions } from './procedure-options.js';
import { putBack } from './put-back.js';
import { Steps } from './steps.js';
import type { Findings, Removals, StepRecord } from '../report.js';
import type { Reporter } from '../../kit/reporter.js';

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
export async function guardedHardPrune(
  api: ClusterApi,
  options: ProcedureOptions,
  show: (findings: Findings) => void,
  report: Reporter,
  signal: AbortSignal,
): Promise<ProcedureResult> {
  const steps = new Steps(report);
  const before = await steps.run('looking at permissions, pods and operator', () => preflight(api, options, report));
  const { pruneImages } = options;
  if (pruneImages) await steps.run('pruning images first', pruneImages);
  const lost = new AbortController();
  const stop = AbortSignal.any([signal, lost.signal]);
  stop.throwIfAborted();
  const lease = await steps.run('holding the registry', () =>
    Lease.take(
      api,
      {
        changesMode: (readOnly) => options.readOnly === 'auto' && !readOnly,
        binding: before.needsRole,
        emptiesCache: options.emptyCache !== undefined,
      },
      (error) => lost.abort(error),
    ),
  );
  const run = new GuardedRun(api, options, lease, before.serviceAccount, steps, report, stop);
  await run.carryOut(show);
  const notRestored = lease.isOthers
    ? []
    : await putBack(
        api,
        lease,
        { ...options, prunerMayRun: run.prunerMayRun, emptyCache: run.deleting ? options.emptyCache : undefined },
        steps,
        report,
      );
  lease.abandon();
  return { findings: run.findings, removals: run.removals, error: run.error, steps: steps.records, notRestored };
}

/** @throws RegadmError when something would fail later that can be seen now */
async function preflight(
  api: ClusterApi,
  options: ProcedureOptions,
  report: Reporter,
): Promise<{ serviceAccount: string; needsRole: boolean }> {
  const inPod = options.storage === undefined;
  await assertPermissions(api, [...CHANGE_MODE, ...READ_IMAGES, ...(inPod ? [...EXEC_IN_POD, ...BIND_ROLE] : [])]);
  const reading = await readConfig(api);
  assertNotHeld(reading);
  const { config } = reading;
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
