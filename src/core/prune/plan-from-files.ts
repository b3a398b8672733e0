import { unreadableFailures } from '../graph/unreadable.js';
import type { Reporter } from '../kit/reporter.js';
import { freezeSnapshot } from '../model/table/snapshot.js';
import { notCurrentWarning } from '../saved-lists/not-current.js';
import { readSavedSnapshot } from '../saved-lists/saved-snapshot.js';
import { imagesOverLimit } from './plan/limit.js';
import { planImagePrune } from './plan/plan.js';
import { planned } from './run.js';
import type { ImagePruneReport } from './report.js';
import type { ImagePruneRequest } from './request.js';
import { startRun } from '../deletion/run-context.js';
import { warnAboutInput, warnAboutPulls } from './warnings.js';

/**
 * Plans a prune from saved lists (`--from DIR`), without a cluster and a registry. Always a dry run.
 * @throws RegadmError SAVED_LISTS, INVALID_REFERENCES
 */
export async function planFromFiles(
  dir: string,
  { options, keepYoungerThan, maxDelete }: Pick<ImagePruneRequest, 'options' | 'keepYoungerThan' | 'maxDelete'>,
  reporter: Reporter,
): Promise<ImagePruneReport> {
  const startedAt = new Date();
  reporter.phase('reading files');
  const { snapshot, imageObjectBytes, warnings, declared } = await readSavedSnapshot(dir, options);
  const evidence = Object.freeze({ snapshot: freezeSnapshot(snapshot), now: startedAt.getTime() });
  const plan = planImagePrune(evidence, options);
  const context = startRun(reporter, new AbortController().signal);
  for (const line of warnings) context.reporter.warning(line);
  warnAboutPulls(options, evidence.now, context);
  warnAboutInput(plan, { custom: { notVisible: [], declared } }, context);
  context.reporter.warning(notCurrentWarning('planned'));
  return {
    ...planned(plan),
    isFromFiles: true,
    refusal: imagesOverLimit(plan, maxDelete),
    startedAt,
    finishedAt: new Date(),
    keepYoungerThan,
    plan,
    preflight: [],
    warnings: context.warnings,
    failures: unreadableFailures(plan.snapshot),
    imageObjectBytes,
  };
}
