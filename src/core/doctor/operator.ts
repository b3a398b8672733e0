import type { ClusterApi } from '../cluster/api.js';
import { isForbidden } from '../cluster/api-error.js';
import { findIfReadable } from '../cluster/objects.js';
import { hasCode } from '../model/errors.js';
import { ADVICE } from '../model/advice.js';
import { degradedReason, type RegistryConfig } from '../operator/config.js';
import { rolloutLoss } from '../operator/ephemeral-storage.js';
import { CONFIG, DEPLOYMENT } from '../operator/objects.js';
import type { Deployment } from '../operator/rollout.js';
import { readSchedule } from '../schedule/schedule.js';
import { pendingRecoveryNotice } from '../operator/lease/notice.js';
import { readMode } from '../operator/mode.js';
import { OWN_CRON_JOB } from '../model/openshift.js';
import { OPERATOR_CRON_JOB } from '../schedule/jobs.js';
import { failureText, type ScheduleDocument } from '../schedule/report.js';
import type { Check } from '../model/check.js';
import { about, unseen } from './check.js';

/**
 * Checks mode, pods and deletion of the registry. Results are unknown for users who cannot read the operator's objects.
 */
export async function checkOperator(api: ClusterApi): Promise<Check[]> {
  const operator = about('operator');
  const mode = await readMode(api).catch((error: unknown) => {
    if (isForbidden(error) || hasCode(error, 'NO_REGISTRY_OPERATOR')) return error as Error;
    throw error;
  });
  if (mode instanceof Error) return [operator('unknown', unseen(mode))];
  const checks: Check[] = [];
  const deployment = await findIfReadable<Deployment>(api, DEPLOYMENT);
  const degraded = degradedReason(mode.conditions);
  if (mode.managementState === 'Removed')
    checks.push(
      operator(
        'failed',
        'the registry is removed (managementState Removed)',
        'pass --prune-registry=false to prune API objects only',
      ),
    );
  else if (mode.managementState !== 'Managed')
    checks.push(
      operator(
        'warning',
        `managementState is ${mode.managementState || 'missing'}: the operator does not apply changes, which regadm prune hard needs`,
      ),
    );
  else if (degraded) checks.push(operator('warning', degraded));
  else checks.push(operator('ok', 'Managed, and not Degraded'));
  const ready = mode.pods.filter(({ ready, terminating }) => ready && !terminating).length;
  checks.push(
    about('registry pods')(
      ready === 0 ? 'failed' : ready < mode.pods.length ? 'warning' : 'ok',
      `${ready} of ${mode.pods.length} ready`,
    ),
  );
  checks.push(modeCheck(mode));
  checks.push(...storageCheck(await findIfReadable<RegistryConfig>(api, CONFIG), deployment));
  const notice = await pendingRecoveryNotice(api);
  if (notice) checks.push(about('hard prune')('warning', notice.replace(/^\w+: /, '')));
  return [...checks, ...settingsChecks(deployment)];
}

function modeCheck({ readOnly, pending }: { readOnly: boolean; pending?: string }): Check {
  const check = about('mode');
  if (readOnly)
    return check(
      'failed',
      'the registry is in read-only mode: links cannot be deleted, but blobs would be',
      'run: regadm registry readonly off',
    );
  return pending
    ? check(
        'warning',
        `the mode is still being rolled out: ${pending}`,
        'wait; show the progress with: regadm registry readonly',
      )
    : check('ok', 'the registry is not in read-only mode');
}

function storageCheck(config: RegistryConfig | undefined, deployment: Deployment | undefined): Check[] {
  const loss = rolloutLoss({ config, deployment });
  const commands = 'regadm registry readonly, registry restart and prune hard refuse to roll it out';
  return loss ? [about('storage')('warning', `${loss}; ${commands}`, ADVICE.persistentStorage)] : [];
}

/** Checks what the environment of the registry sets: deletion and the blob cache. */
function settingsChecks(deployment: Deployment | undefined): Check[] {
  if (!deployment) return [];
  const spec = deployment.spec?.template?.spec as
    { containers?: { env?: { name: string; value?: string }[] }[] } | undefined;
  const environment = spec?.containers?.flatMap(({ env }) => env ?? []) ?? [];
  const valueOf = (variable: string): string | undefined => environment.find(({ name }) => name === variable)?.value;
  return [
    deletionCheck(valueOf('REGISTRY_STORAGE_DELETE_ENABLED')),
    ...cacheCheck(valueOf('REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR'), deployment.spec?.replicas ?? 1),
  ];
}

function deletionCheck(value: string | undefined): Check {
  const check = about('deletion');
  if (value === undefined) return check('unknown', 'the Deployment does not state whether deletion is enabled');
  return value === 'true'
    ? check('ok', 'deletion is enabled in the registry')
    : check(
        'failed',
        'deletion is not enabled in the registry',
        'set REGISTRY_STORAGE_DELETE_ENABLED=true in its Deployment',
      );
}

function cacheCheck(cache: string | undefined, replicas: number): Check[] {
  if (cache !== 'inmemory' || replicas < 2) return [];
  return [
    about('blob cache')(
      'warning',
      `the registry has ${replicas} replicas, each with a blob cache in memory: after the deletion of a blob, only the replica that answered forgets it, and pushes to the others can miss layers`,
      'after each prune, run: regadm registry restart (it also names how to turn the cache off)',
    ),
  ];
}

/** Checks the cluster's own pruning and its last run. */
export async function checkSchedule(api: ClusterApi): Promise<Check[]> {
  const problems: string[] = [];
  const reporter = { warning: (text: string) => void problems.push(text) };
  const report = await readSchedule(api, reporter).catch((error: unknown) => error as Error);
  if (report instanceof Error) return [about('schedule')('unknown', unseen(report))];
  return [ownPruner(report), ...problems.map((text) => about('last run')('unknown', text)), ...lastRun(report)];
}

function ownPruner({ effective, cronJobs }: ScheduleDocument): Check {
  const check = about('schedule');
  const regadm = cronJobs.find(({ name, suspend }) => name === OWN_CRON_JOB && !suspend);
  if (effective.suspend === true)
    return check(
      'info',
      `the cluster's own pruning is suspended${regadm ? `; CronJob ${OWN_CRON_JOB} prunes (${regadm.schedule})` : ''}`,
    );
  const text = `the cluster prunes by itself (${String(effective.schedule)}, keepTagRevisions ${String(effective.keepTagRevisions)}, keepYoungerThan ${String(effective.keepYoungerThanDuration)})`;
  if (regadm)
    return check(
      'warning',
      `${text}, and so does CronJob ${OWN_CRON_JOB}`,
      'suspend one of them: regadm prune schedule --set suspend=true',
    );
  return check('info', text);
}

function lastRun({ runs }: ScheduleDocument): Check[] {
  const [run] = runs;
  if (!run) return [];
  const by =
    run.cronJob === OPERATOR_CRON_JOB ? 'the last run of the cluster' : `the last run of CronJob ${run.cronJob}`;
  const when = run.finishedAt ?? run.startedAt ?? 'at an unknown time';
  const why = failureText(run);
  if (run.status !== 'failed')
    return [
      about('last run')(
        'info',
        `${by} ${run.status === 'running' ? 'has not ended' : run.status} (${run.name}, ${when})`,
      ),
    ];
  return [
    about('last run')(
      'warning',
      `${by} failed (${run.name}, ${when})${why === undefined ? '' : `: ${why}`}`,
      `show its log: oc -n openshift-image-registry logs job/${run.name} --all-containers`,
    ),
  ];
}
