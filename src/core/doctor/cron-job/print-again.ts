import { DEFAULT_IMAGE } from '../../schedule/cron-job/list.js';
import { CRON_JOB_DEFAULTS as DEFAULT } from '../../schedule/cron-job/request.js';
import { flagOf } from '../../schedule/cron-job/steps.js';
import { refusedArgument } from '../../schedule/cron-job/refused-arguments.js';
import { SHORTEST_RUN, containersOf, jobSpec, podSpec, type CronJob } from './manifest.js';
import { booleanFlag, prunesOf, textFlag, type Prune } from './prunes.js';
import { shellWord } from '../../kit/shell-word.js';

/** Prunes that the List can contain besides that of images. */
const OTHERS = ['builds', 'deployments'];

/**
 * Returns the command that prints regadm's List again and applies it. Its flags keep the settings of this CronJob,
 * because `oc apply` replaces them. A comment names the arguments that it omits because `--cronjob` refuses them.
 * @param more flags
 */
export function printAgain(cronJob: CronJob, ...more: string[]): string {
  const prunes = prunesOf(cronJob);
  const flags = [...podFlags(cronJob), ...jobFlags(cronJob), ...pruneFlags(prunes), ...more];
  const command = `${['regadm prune schedule --cronjob', ...flags].join(' ')} | oc apply -f -`;
  const refused = new Set(
    prunes
      .flatMap(furtherArguments)
      .filter(isRefused)
      .map((argument) => `--${flagOf(argument)}`),
  );
  return refused.size === 0 ? command : `${command} # without ${[...refused].join(', ')}: --cronjob refuses this`;
}

function jobFlags(cronJob: CronJob): string[] {
  const { spec = {} } = cronJob;
  const { startingDeadlineSeconds: deadline, successfulJobsHistoryLimit, failedJobsHistoryLimit } = spec;
  return [
    ...changed('schedule', spec.schedule, DEFAULT.schedule),
    // A deadline that is too short is one of the problems.
    ...(deadline === undefined || deadline < 10 || deadline === 3600 ? [] : [`--starting-deadline=${deadline}s`]),
    ...activeDeadline(cronJob),
    ...(spec.suspend === true ? ['--suspend'] : []),
    ...changed('successful-jobs-history-limit', successfulJobsHistoryLimit, DEFAULT.successfulJobsHistoryLimit),
    ...changed('failed-jobs-history-limit', failedJobsHistoryLimit, DEFAULT.failedJobsHistoryLimit),
  ];
}

function activeDeadline(cronJob: CronJob): string[] {
  const { activeDeadlineSeconds: limit } = jobSpec(cronJob);
  return limit === undefined || limit < SHORTEST_RUN ? [] : [`--active-deadline=${limit}s`];
}

function podFlags(cronJob: CronJob): string[] {
  const container = containersOf(cronJob).at(-1)?.[1];
  const { requests, limits } = container?.resources ?? {};
  return [
    ...changed('image', container?.image, DEFAULT_IMAGE),
    ...changed('requests', quantities(requests), DEFAULT.requests),
    ...changed('limits', quantities(limits), ''),
    ...changed('priority-class', podSpec(cronJob).priorityClassName, DEFAULT.priorityClass),
  ];
}

function quantities(resources: Record<string, string | number> = {}): string {
  const all = Object.entries(resources).map(([name, value]) => `${name}=${value}`);
  return all.sort().join(',');
}

/** Arguments that the List always has, or that it takes from the cluster. */
const GIVEN = ['confirm', 'certificate-authority', 'prune-registry'];
/** Flags of the List for arguments of a prune, with what they are if they are absent. */
const FLAGS: [argument: string, flag: string, normal: string][] = [
  ['keep-tag-revisions', 'keep-tag-revisions', String(DEFAULT.keepTagRevisions)],
  ['keep-younger-than', 'keep-younger-than', DEFAULT.keepYoungerThan],
  ['keep-complete', 'keep-complete', String(DEFAULT.keepComplete)],
  ['keep-failed', 'keep-failed', String(DEFAULT.keepFailed)],
  ['loglevel', 'job-loglevel', String(DEFAULT.loglevel)],
];
/** The same for arguments that are true or false. */
const SWITCHES: [flag: string, normal: boolean][] = [
  ['ignore-invalid-refs', true],
  ['orphans', false],
  ['replica-sets', false],
];
const KNOWN = new Set([...GIVEN, ...FLAGS.map(([argument]) => argument), ...SWITCHES.map(([flag]) => flag)]);

function pruneFlags(prunes: Prune[]): string[] {
  const others = OTHERS.filter((what) => prunes.some((prune) => prune.what === what));
  const own = prunes.filter(({ what }) => what === 'images' || OTHERS.includes(what));
  const flags = own.flatMap((prune) => [
    ...FLAGS.flatMap(([argument, flag, normal]) => changed(flag, textFlag(prune, argument), normal)),
    ...SWITCHES.flatMap(([flag, normal]) => (booleanFlag(prune, flag) === !normal ? [toggled(flag, normal)] : [])),
    ...acceptedArguments(prune).map((argument) => `--${prune.what}-arg=${shellWord(argument)}`),
  ]);
  return [...(others.length > 0 ? [`--with=${others.join(',')}`] : []), ...new Set(flags)];
}

function toggled(flag: string, normal: boolean): string {
  return normal ? `--no-${flag}` : `--${flag}`;
}

function acceptedArguments(prune: Prune): string[] {
  return furtherArguments(prune).filter((argument) => !isRefused(argument));
}

function isRefused(argument: string): boolean {
  return refusedArgument(argument.replace(/=true$/, '')) !== undefined || refusedArgument(argument) !== undefined;
}

/** Returns the arguments of a prune for which the List has no flag of its own, each as `--flag=value`. */
function furtherArguments({ words }: Prune): string[] {
  const all: string[] = [];
  for (const word of words) {
    if (word.startsWith('-') || all.length === 0) all.push(word);
    else all.push(`${all.pop()}=${word}`);
  }
  return all.filter(
    (word) => word.startsWith('--') && !KNOWN.has(word.replace(/^--(?:no-)?/, '').replace(/=.*$/s, '')),
  );
}

/** Returns a flag if its value differs from the default. */
function changed(flag: string, value: string | number | undefined, normal: string | number): string[] {
  return value === undefined || value === '' || value === normal ? [] : [`--${flag}=${shellWord(String(value))}`];
}
