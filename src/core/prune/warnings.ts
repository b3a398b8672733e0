import type { ReadResult } from '../cluster/lists/read-result.js';
import { unusedRuleWarnings } from '../graph/policy/unused-rules.js';
import type { PruneOptions } from '../graph/options.js';
import { pullWarnings } from '../graph/pulls/coverage.js';
import { unreadableFailures } from '../graph/unreadable.js';
import { unreadManifestWarnings } from '../manifests/texts.js';
import type { Reporter } from '../kit/reporter.js';
import type { InvalidReference, RegadmError } from '../model/errors.js';
import { declaredLines, declaredWarnings } from '../model/referrers/declared-matches.js';
import { notVisibleWarnings } from '../model/referrers/not-visible.js';
import { invalidNameWarnings } from '../model/table/invalid-name-warnings.js';
import type { ParsedPlanFile } from './plan/parse-plan-file.js';
import type { ImagePrunePlan } from './plan/plan.js';
import type { RunContext } from '../deletion/run-context.js';
import { counted } from '../model/values/counted.js';

/** Maximum number of images that warnings name: tenants choose how many there are. */
const LISTED = 20;

/** Warns about objects that the plan file names and that are kept, and about pulls that no longer count. */
export function warnAboutPlanFile(
  { keptDespitePlanFile, options }: ImagePrunePlan,
  { content, unchanged }: ParsedPlanFile,
  { reporter }: RunContext,
): void {
  const { pulls } = content.options;
  if (pulls && !options.pulls)
    reporter.warning(
      `the plan was made with --pulls ${pulls.file}: what was pulled since is not kept, unless --pulls is specified again`,
    );
  const [first] = keptDespitePlanFile;
  if (first !== undefined)
    reporter.warning(
      `skipping ${keptDespitePlanFile.length} planned items that no longer exist or are now in use (first: ${first})`,
    );
  if (!unchanged) reporter.warning('the plan was edited: only what it still names is deleted');
}

/**
 * Warns about the time for which the pulls are not known.
 * @throws RegadmError PULLS_INCOMPLETE if that is not allowed
 */
export function warnAboutPulls(options: PruneOptions, now: number, { reporter }: RunContext): void {
  for (const line of pullWarnings(options, now)) reporter.warning(line);
}

/**
 * Warns about ignored references, names that are not valid, images that cannot be read, uses that are not visible, and
 * rules of a policy that decide nothing.
 * @param lists `custom` has resources that the user may not list, and those that the user declares
 */
export function warnAboutInput(
  { uses, snapshot, options, decisions }: ImagePrunePlan,
  { custom, everything }: { custom: Omit<ReadResult['custom'], 'read'>; everything?: ReadResult['everything'] },
  { reporter }: RunContext,
): void {
  const ignored = options.ignoreInvalidRefs ? [...uses.invalid, ...uses.reported] : uses.reported;
  for (const reference of ignored) reporter.warning(describeReference(reference));
  for (const line of invalidNameWarnings(snapshot)) reporter.warning(line);
  for (const line of notVisibleWarnings(custom.notVisible, snapshot)) reporter.warning(line);
  for (const line of declaredWarnings(custom.declared)) reporter.warning(line);
  for (const line of declaredLines(custom.declared)) reporter.log(4, line);
  for (const line of everything?.warnings ?? []) reporter.warning(line);
  const { policy } = options;
  const { streams } = snapshot;
  if (policy) for (const line of unusedRuleWarnings({ policy, streams, decisions })) reporter.warning(line);
  const unreadable = unreadableFailures(snapshot);
  for (const { target, message } of unreadable.slice(0, LISTED)) reporter.warning(`${target}: ${message}`);
  for (const line of unreadManifestWarnings(snapshot)) reporter.warning(line);
  if (unreadable.length > LISTED)
    reporter.warning(`the metadata of ${counted(unreadable.length - LISTED, 'more image')} cannot be read`);
}

/**
 * Warns about references that cannot be read and have appeared during a run.
 * @param error the error that the run reports instead of a result; it lists its references itself
 */
export function warnAboutLaterReferences(
  references: readonly InvalidReference[],
  error: RegadmError | undefined,
  reporter: Pick<Reporter, 'warning'>,
): void {
  const listed = new Set(error?.invalidReferences?.map(describeReference));
  for (const line of references.map(describeReference)) if (!listed.has(line)) reporter.warning(line);
}

/** Describes an invalid reference in the form that `oc` uses. */
function describeReference({ referrer, field, reference, message }: InvalidReference): string {
  const { kind, name, namespace } = referrer;
  return `${kind.toLowerCase()}/${name} namespace=${namespace}: ${field ? `${field}: ` : ''}"${reference}": ${message}`;
}
