import { remediesOf, type Failure } from '../../model/document.js';
import { messageOf } from '../../model/errors.js';
import { failureLines } from '../../terminal/failure-lines.js';
import type { RecoverResult } from '../procedure/recover.js';
import { RESTORING_ROLLOUT } from '../procedure/step.js';
import { PLAN_PARTS, type HardPruneReport, type HardPruneResult } from '../report.js';

/**
 * Describes what is left to do after a hard prune, one line each, for stderr.
 * @param emptiesRedis true if the run empties a cache in Redis
 */
export function closingLines({ report, error, notRestored }: HardPruneResult, emptiesRedis: boolean): string[] {
  if (report.online) return onlineClosing(report, error);
  const hints = [undoHint(report), staleCacheHint(report, emptiesRedis)].filter((hint) => hint !== undefined);
  const rest = isComplete(report) ? '' : '; the next run deletes the rest';
  const ended = error ? [`error: ${messageOf(error)}; what was deleted before that is listed${rest}`] : [];
  return [...notRestoredLines(notRestored), ...hints.map((hint) => `hint: ${hint}`), ...ended];
}

/** Returns how to restore what was moved to the trash. */
function undoHint({ options, outcomes }: HardPruneReport): string | undefined {
  if (!options.trash || !outcomes?.blobs.some(({ status }) => status === 'deleted')) return undefined;
  return `to undo this: regadm trash restore --storage ${quoted(options.storage!)} --confirm; what is in the trash: regadm trash list`;
}

/** Quotes a path for a shell, if that is needed. */
const quoted = (text: string): string => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** Describes what is left to do after an online run: the next one continues where it ended. */
function onlineClosing({ dryRun, options, online, unfinished = [] }: HardPruneReport, error: unknown): string[] {
  const ended = error
    ? [
        `error: ${messageOf(error)}; what was changed before that is listed; the next run continues`,
        ...remediesOf(unfinished).map((text) => `  * ${text}`),
      ]
    : [];
  const waits = !dryRun && options.restart === false && ((online!.waiting?.blobs ?? 0) > 0 || online!.trash.blobs > 0);
  const until =
    options.readOnly === 'skip'
      ? 'what the run has moved is deleted after two later looks, at least an hour apart'
      : 'before that, nothing of what the run has moved is deleted from the trash';
  const redis = options.readOnly === 'skip' ? REDIS_TOO : '';
  const restart = `restart the registry after each run (regadm registry restart${redis}); ${until}`;
  return [...(waits ? [`hint: ${restart}`] : []), ...ended];
}

const REDIS_TOO = ', with --redis-url if the registry uses Redis';

/** Returns true if nothing of the plan is left, so that an interruption came after the deletion. */
function isComplete({ outcomes, isIncomplete }: HardPruneReport): boolean {
  if (!outcomes || isIncomplete) return false;
  return PLAN_PARTS.every((part) => outcomes[part].every(({ status }) => status === 'deleted' || status === 'gone'));
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
  const redis = emptiesRedis ? '' : ` (${REDIS_TOO.slice(2)})`;
  return `the registry's in-memory blob cache is stale until the registry restarts: regadm registry restart${redis}`;
}

function notRestoredLines(failures: readonly Failure[]): string[] {
  const messages = failures.map(({ message }) => `error: ${message}`);
  return [...messages, ...remediesOf(failures).map((text) => `  * ${text}`)];
}
