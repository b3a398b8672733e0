import { Flags, type Interfaces } from '@oclif/core';
import { DEFAULT_PRIORITY_CLASS, type Placement, type PodSettings, type Resources } from '../core/in-cluster/pod.js';
import type { RunSettings } from '../core/in-cluster/runs.js';
import { usageError } from '../core/model/errors.js';
import { cronProblem } from '../core/schedule/cron.js';
import { longestPeriods } from '../core/schedule/cron-times.js';
import { resourcesProblem } from '../core/schedule/settings.js';
import { durationFlag } from './duration.js';
import {
  affinityFlag,
  checkOvercommit,
  nodeSelectorFlag,
  priorityClassFlag,
  quantitiesFlag,
  tolerationsFlag,
} from './pod-settings.js';

/** What the flags of a printed Job have in common: the flag that they need, and their group in the help. */
export interface Common {
  dependsOn: string[];
  helpGroup: string;
}

export interface RunDefaults {
  startingDeadline: string;
  /** Of a CronJob; undefined: no limit. */
  activeDeadline?: string;
  successfulJobsHistoryLimit: number;
  failedJobsHistoryLimit: number;
}

/** Makes the flags for the runs of a printed CronJob, without its schedule. */
export function runFlags(common: Common, defaults: RunDefaults) {
  return {
    suspend: Flags.boolean({ ...common, description: 'create the CronJob suspended, so that no run starts' }),
    'starting-deadline': Flags.string({
      ...common,
      helpValue: 'DURATION',
      description: `skip a run that cannot start within this time (default: ${defaults.startingDeadline})`,
    }),
    'active-deadline': Flags.string({
      ...common,
      helpValue: 'DURATION',
      description: `end a run that takes longer than this${defaults.activeDeadline ? ` (default: ${defaults.activeDeadline} with --schedule, else no limit)` : ' (default: no limit)'}`,
    }),
    'successful-jobs-history-limit': Flags.integer({
      ...common,
      helpValue: 'N',
      description: `keep the N newest successful Jobs (default: ${defaults.successfulJobsHistoryLimit})`,
    }),
    'failed-jobs-history-limit': Flags.integer({
      ...common,
      helpValue: 'N',
      description: `keep the N newest failed Jobs (default: ${defaults.failedJobsHistoryLimit})`,
    }),
  };
}

type RunFlagValues = Interfaces.InferredFlags<ReturnType<typeof runFlags>>;

/** Converts the flags for the runs of a printed CronJob. @throws RegadmError (USAGE) that names the flag */
export function runSettings(flags: RunFlagValues, defaults: RunDefaults): Omit<RunSettings, 'schedule'> {
  const active = flags['active-deadline'];
  const limit = (name: 'successful-jobs-history-limit' | 'failed-jobs-history-limit', fallback: number): number =>
    countFlag(name, flags[name] ?? fallback);
  return {
    suspend: flags.suspend ?? false,
    startingDeadlineSeconds: secondsFlag('starting-deadline', flags['starting-deadline'] ?? defaults.startingDeadline),
    activeDeadlineSeconds: active === undefined ? undefined : secondsFlag('active-deadline', active),
    successfulJobsHistoryLimit: limit('successful-jobs-history-limit', defaults.successfulJobsHistoryLimit),
    failedJobsHistoryLimit: limit('failed-jobs-history-limit', defaults.failedJobsHistoryLimit),
  };
}

/** Makes the flags for the pod of a printed Job. */
export function podFlags(common: Common, defaults: { requests: string; placement: string }) {
  return {
    requests: Flags.string({
      ...common,
      helpValue: 'NAME=QUANTITY,…',
      description: `resource requests of each container (default: ${defaults.requests})`,
    }),
    limits: Flags.string({
      ...common,
      helpValue: 'NAME=QUANTITY,…',
      description: 'resource limits of each container',
    }),
    'priority-class': Flags.string({
      ...common,
      helpValue: 'NAME',
      description: `priority class of the pod (default: ${DEFAULT_PRIORITY_CLASS})`,
    }),
    toleration: Flags.string({
      ...common,
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'KEY[=VALUE][:EFFECT]',
      description: `taint that the pod tolerates; can be repeated; none: no toleration ${defaults.placement}`,
    }),
    'node-selector': Flags.string({
      ...common,
      helpValue: 'KEY=VALUE,…',
      description: `labels of the nodes that the pod can run on; none: all nodes ${defaults.placement}`,
    }),
    affinity: Flags.string({
      ...common,
      helpValue: 'JSON',
      description: `affinity of the pod, as the API has it; none: no affinity ${defaults.placement}`,
    }),
  };
}

type PodFlagValues = Interfaces.InferredFlags<ReturnType<typeof podFlags>>;

/**
 * Converts the flags for the pod of a printed Job.
 * @param defaultRequests in the form of `--requests`
 * @throws RegadmError (USAGE) that names the flag
 */
export function podSettings(flags: PodFlagValues, defaultRequests: string): PodSettings {
  const { affinity, toleration } = flags;
  const selector = flags['node-selector'];
  const placement: Placement = {
    tolerations: toleration && tolerationsFlag(toleration),
    nodeSelector: selector === undefined ? undefined : nodeSelectorFlag(selector),
    affinity: affinity === undefined ? undefined : affinityFlag(affinity),
  };
  return {
    resources: resources(flags, defaultRequests),
    priorityClass: priorityClassFlag(flags['priority-class'] ?? DEFAULT_PRIORITY_CLASS),
    placement,
  };
}

function resources(flags: PodFlagValues, defaultRequests: string): Resources {
  const requests = quantitiesFlag('requests', flags.requests ?? defaultRequests);
  const limits = flags.limits === undefined ? undefined : quantitiesFlag('limits', flags.limits);
  checkOvercommit(requests, limits);
  const all = { requests, ...(limits && { limits }) };
  const problem = resourcesProblem(all);
  if (problem)
    throw usageError(`--requests of ${problem.name}=${problem.request} is above --limits of ${problem.limit}`);
  return all;
}

/** Converts `--schedule` of a CronJob. @throws RegadmError (USAGE) */
export function scheduleFlag(text: string): string {
  const problem = cronProblem(text);
  if (problem !== undefined)
    throw usageError(`invalid argument "${text}" for "--schedule" flag: ${problem}`, [
      "write it as --schedule='30 2 * * *' or --schedule=@daily",
    ]);
  if (longestPeriods(text, 1) === undefined)
    throw usageError(`invalid argument "${text}" for "--schedule" flag: no day matches, so no run would start`);
  return text;
}

/** Largest value of a 32-bit number in the API. */
const MAX_INT32 = 2 ** 31 - 1;

/** Checks the number of a flag. @throws RegadmError (USAGE) that names the flag */
export function countFlag(name: string, value: number, max = MAX_INT32): number {
  if (value < 0) throw usageError(`--${name} must be greater than or equal to 0`);
  if (value > max) throw usageError(`--${name} must be at most ${max}`);
  return value;
}

function secondsFlag(flag: string, text: string): number {
  const seconds = Math.round(durationFlag(flag, text) / 1000);
  // Kubernetes checks for missed starts every 10 s: with less, it can start no run at all.
  const min = flag === 'starting-deadline' ? 10 : 1;
  if (seconds < min || seconds > MAX_INT32)
    throw usageError(`--${flag} must be between ${min}s and ${MAX_INT32}s, not ${text}`);
  return seconds;
}
