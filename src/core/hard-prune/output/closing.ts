import { suggestionsOf, type RegadmError } from '../../model/errors.js';
import { failureLines } from '../../terminal/failure-lines.js';
import type { RecoverResult } from '../procedure/recover.js';
import { RESTORING_ROLLOUT } from '../procedure/step.js';
import type { HardPruneReport, HardPruneResult } from '../report.js';

/**
 * Describes what is left to do after a hard prune, one line each, for stderr.
 * @param emptiesRedis true if the run empties a cache in Redis
 */
export function closingLines({ report, error, notRestored }: HardPruneResult, emptiesRedis: boolean): string[] {
  const hint = staleCacheHint(report, emptiesRedis);
  const ended = error
    ? [`error: ${(error as Error).message}; what was deleted before that is listed; the next run deletes the rest`]
    : [];
  return [...notRestoredLines(notRestored), ...(hint ? [`hint: ${hint}`] : []), ...ended];
}

/**
 * Lists failures on stderr if stdout does not name them: only the documents do.
 * @param format what `-o` says
 * @param isIncomplete true if stdout did not take the whole output
 */
export function unlistedFailures(
  { failures, warnings }: HardPruneReport,
  format: string,
  isIncomplete: boolean,
): string[] {
  const isDocument = format === 'json' || format === 'yaml';
  return isDocument && !isIncomplete ? [] : failureLines(failures, warnings);
}

/** Describes the result of `--recover`. */
export function recoveryLine({ found }: RecoverResult): string {
  return found
    ? 'the registry is in the state before the hard prune again'
    : 'nothing to recover: no hard prune was left unfinished';
}

/** Returns a hint if the registry's in-memory blob cache still lists deleted blobs, because there was no roll-out. */
function staleCacheHint({ procedure, outcomes }: HardPruneReport, emptiesRedis: boolean): string | undefined {
  const rolledOut = procedure.some(({ step, outcome }) => step === RESTORING_ROLLOUT && outcome === 'done');
  const isSome = (entries: { status: string }[] = []): boolean => entries.some(({ status }) => status === 'deleted');
  if (rolledOut || !(isSome(outcomes?.blobs) || isSome(outcomes?.layerLinks))) return undefined;
  const redis = emptiesRedis ? '' : ' (with --redis-url if the registry uses Redis)';
  return `the registry's in-memory blob cache is stale until the registry restarts: regadm registry restart${redis}`;
}

function notRestoredLines(failures: readonly RegadmError[]): string[] {
  const messages = failures.map(({ message }) => `error: ${message}`);
  return [...messages, ...suggestionsOf(failures).map((text) => `  * ${text}`)];
}
