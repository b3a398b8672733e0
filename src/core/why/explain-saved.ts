import { pullWarnings } from '../graph/pulls/coverage.js';
import { unreadableFailures } from '../graph/unreadable.js';
import type { Reporter } from '../kit/reporter.js';
import { RegadmError } from '../model/errors.js';
import { declaredWarnings } from '../model/referrers/declared-matches.js';
import { invalidNameWarnings } from '../model/table/invalid-name-warnings.js';
import { notCurrentWarning } from '../saved-lists/not-current.js';
import { readSavedSnapshot } from '../saved-lists/saved-snapshot.js';
import type { WhyRequest } from './explain.js';
import { Explanation, type WhyAnswer, type WhyReport } from './explanation.js';
import { referenceWarnings } from './warnings.js';

/** Maximum number of images that warnings name: tenants choose how many there are. */
const LISTED = 20;

/**
 * Explains every argument from saved lists, as `prune images --from` decides: without a cluster and a registry.
 * @param dir a directory, or an archive
 * @throws RegadmError SAVED_LISTS, NOT_FOUND, AMBIGUOUS, USAGE, PULLS_INCOMPLETE
 */
export async function explainSaved(
  dir: string,
  { options, keepYoungerThan, arguments: asked }: Pick<WhyRequest, 'options' | 'keepYoungerThan' | 'arguments'>,
  reporter: Reporter,
): Promise<WhyReport> {
  const now = Date.now();
  reporter.phase('reading files');
  const { snapshot, warnings, declared } = await readSavedSnapshot(dir, options, { streams: 'all' });
  const ofPulls = pullWarnings(options, now);
  const explanation = new Explanation(snapshot, options, now);
  return {
    options,
    keepYoungerThan,
    from: dir,
    now,
    answers: asked.map((argument) => answerSaved(explanation, argument)),
    warnings: [
      ...warnings,
      ...ofPulls,
      ...referenceWarnings(explanation, options),
      ...invalidNameWarnings(snapshot),
      ...declaredWarnings(declared),
      ...unreadableFailures(snapshot)
        .slice(0, LISTED)
        .map(({ target, message }) => `${target}: ${message}`),
      notCurrentWarning('answered'),
    ],
  };
}

/** Answers, or says that the files do not show what the argument names: the cluster can have it. */
function answerSaved(explanation: Explanation, argument: string): WhyAnswer {
  try {
    return explanation.answer(argument);
  } catch (error) {
    if (!(error instanceof RegadmError) || error.code !== 'NOT_FOUND') throw error;
    const { code, suggestions, cause } = error;
    throw new RegadmError(`${error.message} in the saved lists`, { code, suggestions, cause });
  }
}
