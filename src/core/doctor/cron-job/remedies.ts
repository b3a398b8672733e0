import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { DEFAULT_IMAGE } from '../../schedule/cron-job/list.js';
import { CRON_JOB_DEFAULTS } from '../../schedule/cron-job/request.js';
import { containersOf, type CronJob } from './manifest.js';
import { booleanFlag, prunesOf, textFlag, type Prune } from './prunes.js';

/** Quotes a word for a shell if necessary. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Returns the command that changes a CronJob by a strategic merge patch: entries of lists are found by their name. The
 * patch has spaces, where it can be wrapped without harm.
 */
export function patchCronJob(name: string, patch: object): string {
  const text = JSON.stringify(patch, null, 1).replace(/\n\s*/g, ' ');
  return `oc -n ${REGISTRY_NAMESPACE} patch cronjob ${name} -p ${shellWord(text)}`;
}

/** Returns the command that changes the pods of a CronJob. */
export function patchPods(name: string, template: object): string {
  return patchCronJob(name, { spec: { jobTemplate: { spec: { template } } } });
}

/**
 * Returns the command that prints regadm's List again, for what this CronJob runs and when, and applies it.
 * @param more flags
 */
export function printAgain(cronJob: CronJob, ...more: string[]): string {
  const prunes = prunesOf(cronJob);
  const others = ['builds', 'deployments'].filter((what) => prunes.some((prune) => prune.what === what));
  const images = prunes.find(({ what }) => what === 'images');
  const flags = [
    ...changed('image', containersOf(cronJob).at(-1)?.[1].image, DEFAULT_IMAGE),
    ...changed('schedule', cronJob.spec?.schedule, CRON_JOB_DEFAULTS.schedule),
    ...(images ? kept(images) : []),
    ...(others.length > 0 ? [`--with=${others.join(',')}`] : []),
    ...(prunes.some((prune) => booleanFlag(prune, 'orphans')) ? ['--orphans'] : []),
    ...(prunes.some((prune) => booleanFlag(prune, 'replica-sets')) ? ['--replica-sets'] : []),
    ...more,
  ];
  return `${['regadm prune schedule --cronjob', ...flags].join(' ')} | oc apply -f -`;
}

function kept(images: Prune): string[] {
  const { keepTagRevisions, keepYoungerThan } = CRON_JOB_DEFAULTS;
  return [
    ...changed('keep-tag-revisions', textFlag(images, 'keep-tag-revisions'), String(keepTagRevisions)),
    ...changed('keep-younger-than', textFlag(images, 'keep-younger-than'), keepYoungerThan),
  ];
}

/** Returns a flag if its value differs from the default. */
function changed(flag: string, value: string | undefined, normal: string): string[] {
  return value === undefined || value === '' || value === normal ? [] : [`--${flag}=${shellWord(value)}`];
}

/** True if regadm printed the CronJob; false if the operator created it, which undoes changes to it. */
export function isOwn({ metadata }: CronJob): boolean {
  return metadata.name === OWN_CRON_JOB;
}
