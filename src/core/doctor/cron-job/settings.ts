import type { Check } from '../../model/check.js';
import { CRON_JOB_DEFAULTS } from '../../schedule/cron-job/request.js';
import { about } from '../check.js';
import { SHORTEST_RUN, jobSpec, podSpec, type CronJob } from './manifest.js';
import { checkAsPrinted } from './as-printed.js';
import { checkContainers } from './containers.js';
import { printAgain } from './print-again.js';
import { patchCronJob, patchPods } from './remedies.js';

const SCC_ANNOTATION = 'openshift.io/required-scc';
/** Kubernetes retries a Job up to this number of times if it does not say otherwise. */
const DEFAULT_BACKOFF_LIMIT = 6;
/** With a shorter deadline, in seconds, the controller can miss every start, because it looks every 10 seconds. */
const SHORTEST_DEADLINE = 10;

/** What is wrong with a setting, what follows from it, and the command that corrects it. */
interface Problem {
  wrong: string;
  effect: string;
  remedy: string;
}

const SETTINGS: ((cronJob: CronJob) => Problem | undefined)[] = [
  restartPolicy,
  backoffLimit,
  concurrencyPolicy,
  startingDeadline,
  activeDeadline,
  priorityClass,
  requiredScc,
];

/** Checks the settings of regadm's CronJob against those that `prune schedule --cronjob` prints. */
export function checkSettings(cronJob: CronJob): Check[] {
  const problems = SETTINGS.map((setting) => setting(cronJob)).filter((each) => each !== undefined);
  const { name } = cronJob.metadata;
  const check = about('cron job');
  const checks = [
    ...problems.map(({ wrong, effect, remedy }) => check('warning', `CronJob ${name}: ${wrong}, so ${effect}`, remedy)),
    ...checkContainers(cronJob),
  ];
  const all = [...checks, ...checkAsPrinted(cronJob)];
  if (checks.length < 2) return all;
  return [
    ...all,
    check(
      'info',
      `${checks.length} settings of CronJob ${name} are wrong`,
      `correct all of them at once: ${printAgain(cronJob)}`,
    ),
  ];
}

function restartPolicy(cronJob: CronJob): Problem | undefined {
  const policy = podSpec(cronJob).restartPolicy;
  if (policy === 'Never') return undefined;
  return {
    wrong: `restartPolicy is ${policy ?? 'missing'}, not Never`,
    effect:
      'a run that a guard refuses starts again in the same pod, and after the last attempt Kubernetes deletes the pod with its log',
    remedy: patchPods(cronJob.metadata.name, { spec: { restartPolicy: 'Never' } }),
  };
}

function backoffLimit({ metadata: { name }, spec }: CronJob): Problem | undefined {
  const limit = spec?.jobTemplate?.spec?.backoffLimit ?? DEFAULT_BACKOFF_LIMIT;
  if (limit === 0) return undefined;
  return {
    wrong: `backoffLimit is ${limit}, not 0`,
    effect: `a run that a guard refuses is retried ${limit === 1 ? 'once' : `up to ${limit} times`}`,
    remedy: patchCronJob(name, { spec: { jobTemplate: { spec: { backoffLimit: 0 } } } }),
  };
}

function concurrencyPolicy({ metadata: { name }, spec }: CronJob): Problem | undefined {
  const policy = spec?.concurrencyPolicy ?? 'Allow';
  if (policy === 'Forbid') return undefined;
  return {
    wrong: `concurrencyPolicy is ${policy}, not Forbid`,
    effect:
      policy === 'Replace'
        ? 'Kubernetes ends a run that still deletes when the next one is due'
        : 'a run can start while the last one still deletes',
    remedy: patchCronJob(name, { spec: { concurrencyPolicy: 'Forbid' } }),
  };
}

function startingDeadline({ metadata: { name }, spec }: CronJob): Problem | undefined {
  const deadline = spec?.startingDeadlineSeconds;
  const remedy = patchCronJob(name, { spec: { startingDeadlineSeconds: 3600 } });
  if (deadline === undefined)
    return {
      wrong: 'it has no startingDeadlineSeconds',
      effect: 'a run that could not start on time starts later, at any time of the day',
      remedy,
    };
  if (deadline >= SHORTEST_DEADLINE) return undefined;
  return {
    wrong: `startingDeadlineSeconds is ${deadline}, below ${SHORTEST_DEADLINE}`,
    effect: 'Kubernetes, which looks every 10 seconds, can miss every run',
    remedy,
  };
}

function activeDeadline(cronJob: CronJob): Problem | undefined {
  const { activeDeadlineSeconds: limit } = jobSpec(cronJob);
  if (limit === undefined || limit >= SHORTEST_RUN) return undefined;
  return {
    wrong: `activeDeadlineSeconds is ${limit}`,
    effect: `Kubernetes ends every run after ${limit} s, before or while it deletes`,
    remedy: patchCronJob(cronJob.metadata.name, { spec: { jobTemplate: { spec: { activeDeadlineSeconds: null } } } }),
  };
}

function priorityClass(cronJob: CronJob): Problem | undefined {
  if (podSpec(cronJob).priorityClassName) return undefined;
  return {
    wrong: 'its pods have no priorityClassName',
    effect:
      "they have the cluster's default priority: where nodes are full, they wait, or pods of higher priority replace them during a run",
    remedy: patchPods(cronJob.metadata.name, { spec: { priorityClassName: CRON_JOB_DEFAULTS.priorityClass } }),
  };
}

function requiredScc({ metadata: { name }, spec }: CronJob): Problem | undefined {
  const { annotations } = spec?.jobTemplate?.spec?.template?.metadata ?? {};
  if (annotations?.[SCC_ANNOTATION]) return undefined;
  return {
    wrong: `its pods lack the annotation ${SCC_ANNOTATION}`,
    effect: 'any other SecurityContextConstraints that they may use can take precedence and change how they run',
    remedy: patchPods(name, { metadata: { annotations: { [SCC_ANNOTATION]: 'restricted-v2' } } }),
  };
}
