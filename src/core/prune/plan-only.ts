import { startRun } from '../deletion/run-context.js';
import type { Reporter } from '../kit/reporter.js';
import { imagesOverLimit } from './plan/limit.js';
import type { PrunePorts } from './ports.js';
import type { ImagePruneReport } from './report.js';
import type { ImagePruneRequest } from './request.js';
import { backupInput, planned, runPrune } from './run.js';

/**
 * Plans a prune and changes nothing: a dry run.
 * @throws RegadmError if something cannot be read, or a guard refuses the plan
 */
export async function planOnly(
  ports: PrunePorts,
  request: ImagePruneRequest,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<ImagePruneReport> {
  return runPrune(ports, request, startRun(reporter, signal), {
    // Failed checks are warnings: a dry run shows the plan to users who are not allowed to execute it, too.
    judge: () => undefined,
    // The report contains the refusal, so that people see what was refused.
    limit: (plan) => imagesOverLimit(plan, request.maxDelete, request.planOut),
    finish: async (prepared, context) => {
      const input = backupInput(prepared, request);
      if (!input) return planned(prepared.plan);
      const { estimateBackup } = await import('./backup/save.js');
      const backup = await estimateBackup(input, ports, context);
      return { ...planned(prepared.plan), backup };
    },
  });
}
