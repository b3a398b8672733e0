import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterApi } from '../../cluster/api.js';
import type { Check } from '../../model/check.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { about, unseen } from '../check.js';
import { checkAccepted, type ArgumentCheck } from './accepted.js';
import { checkAlert } from './alert.js';
import { checkArguments } from './arguments.js';
import { readEvidence, type Evidence, type Seen } from './gather.js';
import { serviceAccountOf, type CronJob } from './manifest.js';
import { checkPlacement } from './placement.js';
import { checkPendingJobs } from './pending-jobs.js';
import { grantsOf } from './rbac.js';
import { isOwn } from './remedies.js';
import { checkAccount, checkRights, checkVisible } from './rights.js';
import { checkLatestPod, checkSuccess, checkSuspended } from './runs.js';
import { checkSettings } from './settings.js';

/**
 * Checks the CronJobs that prune: regadm's against what `prune schedule --cronjob` prints, and the operator's where it
 * depends on the cluster. Returns no checks if no CronJob prunes.
 * @param problemOf checks the arguments of a prune
 * @throws ApiError if the CronJobs cannot be listed for a reason other than the user's permissions
 */
export async function checkCronJobs(api: ClusterApi, problemOf: ArgumentCheck): Promise<Check[]> {
  const evidence = await readEvidence(api).catch((error: unknown) => {
    if (isForbidden(error)) return error as Error;
    throw error;
  });
  if (evidence instanceof Error) return [about('cron job')('unknown', `${unseen(evidence)} in ${REGISTRY_NAMESPACE}`)];
  if (!evidence) return [];
  const now = Date.now();
  const judged = await Promise.all(
    evidence.cronJobs.map(async (cronJob) => {
      const refused = isOwn(cronJob) ? await checkAccepted(cronJob, problemOf) : [];
      return judge(cronJob, evidence, refused, now);
    }),
  );
  return [...judged.flat(), ...notSeen(evidence)];
}

/** Judges what was read. @param now in ms since the epoch */
function judge(cronJob: CronJob, evidence: Evidence, refused: Check[], now: number): Check[] {
  const { state, pods, jobs, accounts, access, usingKinds } = evidence;
  const account = serviceAccountOf(cronJob);
  const settings = isOwn(cronJob) ? checkSettings(cronJob) : [];
  const checks = [
    ...settings,
    ...(isOwn(cronJob) ? ownChecks(cronJob, evidence) : []),
    ...refused,
    ...checkArguments(cronJob, valueOf(state)),
    ...given(accounts, (names) => checkAccount(cronJob, names.has(account))),
    ...given(access, ({ bindings, roles }) => {
      const grants = grantsOf(account, bindings, roles);
      return [
        ...checkRights(cronJob, grants),
        ...given(usingKinds, (kinds) => (isOwn(cronJob) ? checkVisible(cronJob, grants, kinds) : [])),
      ];
    }),
    ...(cronJob.spec?.suspend ? [] : checkSuccess(cronJob, now)),
    ...given(pods, (list) => [
      ...checkLatestPod(cronJob, list),
      ...given(jobs, (all) => checkPendingJobs(cronJob, all, list, now)),
    ]),
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
  ['jobs', 'whether jobs get their pod'],
  ['accounts', 'whether the service account exists'],
  ['access', 'the permissions of the service account'],
  ['usingKinds', 'whether the service account sees all users of images'],
  ['rules', 'whether there is an alert'],
];

function notSeen(evidence: Evidence): Check[] {
  const parts = NOT_CHECKED.flatMap(([part, what]) => {
    const seen: Seen<unknown> = evidence[part];
    return 'unseen' in seen ? [`${what} (${seen.unseen})`] : [];
  });
  return parts.length === 0 ? [] : [about('cron job')('unknown', `not checked: ${parts.join('; ')}`)];
}
