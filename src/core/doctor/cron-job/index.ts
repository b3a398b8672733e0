import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterApi } from '../../cluster/api.js';
import type { Check } from '../../model/check.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { about, unseen } from '../check.js';
import { checkAlert } from './alert.js';
import { checkArguments } from './arguments.js';
import { readEvidence, type Evidence, type Seen } from './gather.js';
import { serviceAccountOf, type CronJob } from './manifest.js';
import { checkPlacement } from './placement.js';
import { grantsOf } from './rbac.js';
import { isOwn } from './remedies.js';
import { checkAccount, checkRights } from './rights.js';
import { checkLatestPod, checkSuccess, checkSuspended } from './runs.js';
import { checkSettings } from './settings.js';

/**
 * Checks the CronJobs that prune: regadm's against what `prune schedule --cronjob` prints, and the operator's where it
 * depends on the cluster. Returns no checks if there are none.
 * @throws ApiError if the CronJobs cannot be listed for a reason other than the user's permissions
 */
export async function checkCronJobs(api: ClusterApi): Promise<Check[]> {
  const evidence = await readEvidence(api).catch((error: unknown) => {
    if (isForbidden(error)) return error as Error;
    throw error;
  });
  if (evidence instanceof Error) return [about('cron job')('unknown', `${unseen(evidence)} in ${REGISTRY_NAMESPACE}`)];
  return evidence ? judgeCronJobs(evidence, Date.now()) : [];
}

/** Judges what was read. @param now in ms since the epoch */
function judgeCronJobs(evidence: Evidence, now: number): Check[] {
  return [...evidence.cronJobs.flatMap((cronJob) => judge(cronJob, evidence, now)), ...notSeen(evidence)];
}

function judge(cronJob: CronJob, evidence: Evidence, now: number): Check[] {
  const { state, pods, accounts, access } = evidence;
  const account = serviceAccountOf(cronJob);
  const settings = isOwn(cronJob) ? checkSettings(cronJob) : [];
  const checks = [
    ...settings,
    ...(isOwn(cronJob) ? ownChecks(cronJob, evidence) : []),
    ...checkArguments(cronJob, valueOf(state)),
    ...given(accounts, (names) => checkAccount(cronJob, names.has(account))),
    ...given(access, ({ bindings, roles }) => checkRights(cronJob, grantsOf(account, bindings, roles))),
    ...(cronJob.spec?.suspend ? [] : checkSuccess(cronJob, now)),
    ...given(pods, (list) => checkLatestPod(cronJob, list)),
  ];
  if (settings.length > 0 || checks.some(({ status }) => status === 'warning' || status === 'unknown')) return checks;
  const limit = notSeen(evidence).length > 0 ? ' where that could be checked' : '';
  const { name } = cronJob.metadata;
  const text = isOwn(cronJob)
    ? `CronJob ${name} is set up to prune`
    : `CronJob ${name}: its arguments, service account, last success and latest pod have no problem`;
  return [about('cron job')('ok', `${text}${limit}`), ...checks];
}

function ownChecks(cronJob: CronJob, { pruner, rules }: Evidence): Check[] {
  const suspended = valueOf(pruner)?.spec?.suspend === true;
  return [
    ...checkSuspended(cronJob, !suspended),
    ...given(pruner, (value) => (value ? checkPlacement(cronJob, value) : [])),
    ...given(rules, (value) => (value ? checkAlert(cronJob, value) : [])),
  ];
}

function valueOf<T>(seen: Seen<T>): T | undefined {
  return 'value' in seen ? seen.value : undefined;
}

function given<T>(seen: Seen<T>, check: (value: T) => Check[]): Check[] {
  return 'value' in seen ? check(seen.value) : [];
}

/** What was not checked if a part of the evidence could not be read. */
const NOT_CHECKED: [part: Exclude<keyof Evidence, 'cronJobs'>, what: string][] = [
  ['pruner', 'the placement of the pods'],
  ['state', '--prune-registry'],
  ['pods', 'whether the latest pod could start'],
  ['accounts', 'whether the service account exists'],
  ['access', 'the permissions of the service account'],
  ['rules', 'whether there is an alert'],
];

function notSeen(evidence: Evidence): Check[] {
  const parts = NOT_CHECKED.flatMap(([part, what]) => {
    const seen: Seen<unknown> = evidence[part];
    return 'unseen' in seen ? [`${what} (${seen.unseen})`] : [];
  });
  return parts.length === 0 ? [] : [about('cron job')('unknown', `not checked: ${parts.join('; ')}`)];
}
