import { RegadmError, usageError } from '../../model/errors.js';
import { uncovered, type Period } from '../../model/pulls.js';
import { humanDuration } from '../../model/values/age.js';
import type { PruneOptions, PullOptions } from '../options.js';

/** Maximum number of periods that a message lists. */
const LISTED = 10;
/** For how long before the run pulls need not be known, in ms, but at most a tenth of the time for which they count. */
const ALLOWANCE_MS = 3_600_000;

type PulledOptions = Pick<PruneOptions, 'pulls' | 'policy'>;
/** How long pulls count. */
type Within = Pick<PruneOptions, 'policy'> & { pulls?: Pick<PullOptions, 'keepPulledWithinMs'> };

/** Returns the longest time for which a pull keeps something, in ms; undefined if pulls keep nothing. */
export function longestPulledWithin({ pulls, policy }: Within): number | undefined {
  const parts = policy ? [policy.defaults, ...policy.rules] : [];
  const times = [pulls, ...parts].flatMap((part) => part?.keepPulledWithinMs ?? []);
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** @throws RegadmError USAGE if a pulls file has no effect, because nothing states for how long pulls count */
export function assertPullsCount(options: Within): void {
  if (options.pulls && longestPulledWithin(options) === undefined)
    throw usageError('--pulls needs --keep-pulled-within, or a policy with keepPulledWithin: nothing else uses it', [
      '--keep-pulled-within=30d keeps what was pulled within 30 days',
    ]);
}

/**
 * Warns about the periods for which pulls that would keep something are not known.
 * @param now ms since the epoch
 * @throws RegadmError PULLS_INCOMPLETE if the options require that all are known
 */
export function pullWarnings(options: PulledOptions, now: number): string[] {
  const { pulls } = options;
  const within = longestPulledWithin(options);
  if (!pulls || within === undefined) return [];
  const missing = missingPeriods(pulls.history.covered, within, now);
  if (missing.length === 0) return [];
  const message = `${pulls.file} does not show all pulls within ${humanDuration(within)}: none are known ${describe(missing)}`;
  if (!pulls.requireComplete) return [`${message}; what was pulled only then is not kept because of it`];
  throw new RegadmError(message, {
    code: 'PULLS_INCOMPLETE',
    suggestions: [
      `continue the file: regadm registry pulls --merge --out ${pulls.file}`,
      'read the logs of the missing time from a log store: regadm registry pulls --merge --logs FILE',
      'a shorter --keep-pulled-within (or keepPulledWithin in the policy) needs a shorter history',
    ],
  });
}

/**
 * Warns about pulls that are not considered although a policy that is only tried states that they keep something.
 * @throws RegadmError PULLS_INCOMPLETE as `pullWarnings` does
 */
export function policyPullWarnings(options: PulledOptions, now: number): string[] {
  if (options.pulls || longestPulledWithin(options) === undefined) return pullWarnings(options, now);
  return [
    'the policy contains keepPulledWithin, and without --pulls the numbers consider no pulls; prune images needs --pulls with this policy',
  ];
}

function missingPeriods(covered: readonly Period[], within: number, now: number): Period[] {
  const end = now - Math.min(ALLOWANCE_MS, within / 10);
  return uncovered(covered, { from: Math.max(0, now - within), to: now }).filter(({ from }) => from < end);
}

function describe(periods: readonly Period[]): string {
  const texts = periods.slice(0, LISTED).map(({ from, to }) => `from ${toText(from)} to ${toText(to)}`);
  const more = periods.length - texts.length;
  return `${texts.join(', ')}${more > 0 ? ` and for ${more} more periods` : ''}`;
}

function toText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
