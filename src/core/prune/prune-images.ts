import { startRun } from '../deletion/run-context.js';
import type { Reporter } from '../kit/reporter.js';
import { saveBackup } from './backup/save.js';
import { execute } from './execute/execute.js';
import { assertImagesWithinLimit } from './plan/limit.js';
import type { PrunePorts } from './ports.js';
import { assertPassed } from './preflight/index.js';
import type { ImagePruneReport } from './report.js';
import type { ImagePruneRequest } from './request.js';
import { backupInput, runPrune, type Finished, type PreparedRun } from './run.js';
import { assertVerifiable, verifyKept } from './verify/verify.js';

/**
 * Plans a prune and executes it. Everything that can fail is checked before the first deletion.
 * @throws RegadmError if nothing was changed; later failures are in the report
 */
export async function pruneImages(
  ports: PrunePorts,
  request: ImagePruneRequest,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<ImagePruneReport> {
  const { auditLog, registry } = request;
  return runPrune(ports, request, startRun(reporter, signal), {
    judge: assertPassed,
    limit: (plan) => {
      assertImagesWithinLimit(plan, request.maxDelete, request.planOut);
      return undefined;
    },
    finish: async (prepared, context) => {
      const { plan, gathered } = prepared;
      if (request.verify) await assertVerifiable(request.verify, ports, context);
      const input = backupInput(prepared, request);
      const backup = input && (await saveBackup(input, ports, context));
      const { unsaved } = backup ?? {};
      const settings = { gathered, auditLog, workers: registry.workers, reporter: context.reporter, signal, unsaved };
      const execution = await execute(plan, ports, settings);
      const done = { ...execution, backup: backup?.summary };
      const failures = [...(backup?.failures ?? []), ...execution.failures];
      return verified({ ...done, failures }, { prepared, request, ports, context });
    },
  });
}

/** Adds the verification of what was kept, if it is requested and the run was not interrupted. */
async function verified(done: Finished, { prepared, request, ports, context }: PreparedRun): Promise<Finished> {
  const { verify, registry: access } = request;
  if (!verify || done.interrupted) return done;
  const { plan, gathered } = prepared;
  const registry = gathered.registry instanceof Error ? undefined : gathered.registry;
  const input = { plan, outcome: done.outcome, request: verify, registry, workers: access.workers };
  const { verification, failures, interrupted } = await verifyKept(input, ports, context);
  return { ...done, verification, failures: [...done.failures, ...failures], interrupted };
}
