import { failureOf, type Failure } from '../../model/document.js';
import { RegadmError } from '../../model/errors.js';
import { reportFindings } from '../findings.js';
import { assertWithinLimit } from '../../orphans/plan/limit.js';
import type { HardPrunePorts } from '../ports.js';
import { isEmpty, nothingDeleted } from '../report.js';
import type { UnguardedRequest } from '../request.js';
import type { Pruner } from '../way/way.js';
import { findLateImages } from './late-images.js';
import { interruptedError, outcomeOf, type Attempt, type Outcome } from './outcome.js';
import { EMPTYING_CACHE } from './step.js';

/**
 * Runs a hard prune without the guarded procedure: changes only the storage, reads only images and image streams.
 * @throws RegadmError if nothing was deleted; a later error is in the outcome
 */
export async function unguardedHardPrune(
  { api, reporter, signal, pruneImages, emptyCache }: HardPrunePorts,
  { maxDelete }: UnguardedRequest,
  pruner: Pruner,
): Promise<Outcome> {
  await pruneImages?.();
  reporter.warning(
    '--read-only=skip: an image that is pushed during this run can be damaged; make sure that nobody pushes',
  );
  const findings = await pruner.find(signal);
  reportFindings(findings, reporter);
  assertWithinLimit(findings.plan, maxDelete);
  signal.throwIfAborted();
  const attempt: Attempt = { findings };
  try {
    if (isEmpty(findings.plan)) {
      reporter.note('there is nothing to delete');
      attempt.deletions = nothingDeleted(findings);
    } else attempt.deletions = await pruner.delete(findings.plan, async () => {}, signal);
  } catch (error) {
    attempt.error = error;
  }
  attempt.late = await findLateImages(attempt, { api, pruner, signal });
  if (signal.aborted) attempt.error ??= signal.reason;
  const notRestored: Failure[] = [];
  await emptyCache?.().catch((error: unknown) => {
    if (!(error instanceof RegadmError)) throw error;
    notRestored.push(failureOf(EMPTYING_CACHE, error));
  });
  const error = interruptedError(signal, attempt.error);
  return outcomeOf({ ...attempt, error }, [], notRestored);
}
