import { Flags } from '@oclif/core';
import { CRON_JOB_DEFAULTS as DEFAULT } from '../core/schedule/cron-job/request.js';
import { DEFAULT_IMAGE } from '../core/schedule/cron-job/list.js';
import { podFlags, runFlags } from './printed-job.js';

const needs = { dependsOn: ['cronjob'] };
const JOB = { ...needs, helpGroup: 'CRONJOB: RUNS' };
const POD = { ...needs, helpGroup: 'CRONJOB: POD' };
const PRUNE = { ...needs, helpGroup: 'CRONJOB: WHAT TO PRUNE' };
const several = { multiple: true, multipleNonGreedy: true } as const;
const LIKE_CLUSTER = "(default: that of the cluster's ImagePruner, if it can be read)";

const extraArgument = (prune: string) =>
  Flags.string({
    ...PRUNE,
    ...several,
    helpValue: 'FLAG[=VALUE]',
    description: `further flag of the command prune ${prune}, without its dashes: --${prune}-arg=max-delete=20%; can be repeated`,
  });

/** The flags of `regadm prune schedule --cronjob`. */
export const cronJobFlags = {
  image: Flags.string({
    ...POD,
    helpValue: 'IMAGE',
    description: `image that contains regadm (default: ${DEFAULT_IMAGE})`,
  }),
  schedule: Flags.string({
    ...JOB,
    helpValue: 'CRON',
    description: `start times of the runs, in five fields (minute hour day month weekday) or as @daily (default: ${DEFAULT.schedule})`,
  }),
  ...runFlags(JOB, DEFAULT),
  'with-alert': Flags.boolean({
    ...JOB,
    description: 'also print a PrometheusRule that fires when no run has succeeded for three periods of the schedule',
  }),
  'alert-severity': Flags.string({
    ...JOB,
    helpValue: 'SEVERITY',
    options: ['info', 'warning', 'critical'],
    description: `severity of the alert: info, warning or critical (default: ${DEFAULT.alertSeverity})`,
  }),
  ...podFlags(POD, { requests: DEFAULT.requests, placement: LIKE_CLUSTER }),
  'job-loglevel': Flags.integer({
    ...POD,
    helpValue: 'N',
    description: `--loglevel of the prunes, 0 to 10 (default: ${DEFAULT.loglevel})`,
  }),
  with: Flags.string({
    ...PRUNE,
    ...several,
    delimiter: ',',
    options: ['builds', 'deployments'],
    helpValue: 'builds,deployments',
    description: 'prunes that run before that of images, in this order; also print the cluster role that they need',
  }),
  'keep-tag-revisions': Flags.integer({
    ...PRUNE,
    helpValue: 'N',
    description: `keep the N newest items of every tag (default: ${DEFAULT.keepTagRevisions})`,
  }),
  'keep-younger-than': Flags.string({
    ...PRUNE,
    helpValue: 'DURATION',
    description: `keep what is younger than this, in all prunes of the CronJob (default: ${DEFAULT.keepYoungerThan})`,
  }),
  'ignore-invalid-refs': Flags.boolean({
    ...PRUNE,
    allowNo: true,
    description: 'continue when a reference to an image cannot be parsed (default: true)',
  }),
  'prune-registry': Flags.boolean({
    ...PRUNE,
    allowNo: true,
    description:
      'also delete links and blobs in the registry (default: true, or false if the cluster can be read and its registry is Removed)',
  }),
  'keep-complete': Flags.integer({
    ...PRUNE,
    helpValue: 'N',
    description: `keep the N newest complete builds and deployments of each owner; needs --with (default: ${DEFAULT.keepComplete})`,
  }),
  'keep-failed': Flags.integer({
    ...PRUNE,
    helpValue: 'N',
    description: `keep the N newest failed builds and deployments of each owner; needs --with (default: ${DEFAULT.keepFailed})`,
  }),
  orphans: Flags.boolean({
    ...PRUNE,
    allowNo: true,
    description: 'also delete builds and deployments whose owner no longer exists; needs --with (default: false)',
  }),
  'replica-sets': Flags.boolean({
    ...PRUNE,
    allowNo: true,
    description: 'also prune ReplicaSets, and grant their deletion; needs --with=deployments (default: false)',
  }),
  'images-arg': extraArgument('images'),
  'builds-arg': extraArgument('builds'),
  'deployments-arg': extraArgument('deployments'),
};
