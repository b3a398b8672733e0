import type { Check } from '../../model/check.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { REMOVED } from '../../operator/config.js';
import { about } from '../check.js';
import type { CronJob } from './manifest.js';
import { booleanFlag, prunesOf, textFlag, type Prune } from './prunes.js';
import { printAgain } from './print-again.js';
import { isOwn } from './remedies.js';

const VARIABLE = 'REGADM_PRUNE_REGISTRY';

/**
 * Checks the arguments of the prunes that a CronJob runs.
 * @param state `managementState` of the registry; undefined if it could not be read
 */
export function checkArguments(cronJob: CronJob, state: string | undefined): Check[] {
  const prunes = prunesOf(cronJob);
  if (prunes.length > 0)
    return prunes.flatMap((prune) => [...confirmation(cronJob, prune), ...registry(cronJob, prune, state)]);
  return [
    about('cron job')(
      'unknown',
      `CronJob ${cronJob.metadata.name}: its arguments name no prune, so regadm cannot tell what it deletes`,
      ...(isOwn(cronJob) ? [again(cronJob)] : []),
    ),
  ];
}

function confirmation(cronJob: CronJob, prune: Prune): Check[] {
  if (booleanFlag(prune, 'confirm') === true) return [];
  return [
    about('cron job')(
      'warning',
      `CronJob ${cronJob.metadata.name} runs prune ${prune.what} without --confirm, so every run is a dry run that deletes nothing`,
      addArgument(cronJob, prune, '--confirm=true'),
    ),
  ];
}

function registry(cronJob: CronJob, prune: Prune, state: string | undefined): Check[] {
  const { name } = cronJob.metadata;
  const check = about('cron job');
  if (prune.what !== 'images' || (state !== 'Removed' && state !== 'Managed')) return [];
  const value = pruneRegistry(prune);
  if (value === undefined)
    return [check('unknown', `CronJob ${name} takes settings from elsewhere, which can contain --prune-registry`)];
  // A registry that the arguments name is another one.
  if (state === 'Removed' && value && textFlag(prune, 'registry-url') === undefined)
    return [
      check(
        'warning',
        `CronJob ${name} prunes without --prune-registry=false, but ${REMOVED}, so a run that finds images to delete ends with an error and deletes nothing`,
        addArgument(cronJob, prune, '--prune-registry=false'),
      ),
    ];
  if (state === 'Managed' && !value)
    return [
      check(
        'warning',
        `CronJob ${name} prunes with --prune-registry=false, but the registry is Managed, so the layers of deleted images stay in its storage until a hard prune`,
        addArgument(cronJob, prune, '--prune-registry=true'),
      ),
    ];
  return [];
}

/** Returns whether a run deletes in the registry; undefined if that can be set where regadm does not look. */
function pruneRegistry(prune: Prune): boolean | undefined {
  const given = booleanFlag(prune, 'prune-registry');
  if (given !== undefined) return given;
  const { env = [], envFrom = [] } = prune.container;
  const variable = env.find(({ name }) => name === VARIABLE);
  if (variable?.value !== undefined) return !/^(?:false|f|0|no|off)$/i.test(variable.value);
  const isElsewhere = variable ?? env.find(({ name }) => name === 'REGADM_CONFIG') ?? envFrom[0];
  return isElsewhere ? undefined : true;
}

/** Returns how to set an argument. Lists of arguments have no names, so they cannot be merged by a short patch. */
function addArgument(cronJob: CronJob, { container, what }: Prune, argument: string): string {
  const { name } = cronJob.metadata;
  return isOwn(cronJob)
    ? `pass ${argument} to prune ${what} in container ${container.name}: oc -n ${REGISTRY_NAMESPACE} edit cronjob ${name}; or ${again(cronJob)}`
    : 'its operator sets the arguments: see why it does not: oc get clusteroperator image-registry';
}

function again(cronJob: CronJob): string {
  return `print the List again: ${printAgain(cronJob)}`;
}
