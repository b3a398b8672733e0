import { Flags, type Interfaces } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import type { ObjectPruneRequest } from '../core/object-prune/request.js';
import { clusterFlags } from './cluster.js';
import { confirmFlags } from './confirm.js';
import { checkCount } from './count.js';
import { durationFlag } from './duration.js';
import { maxObjectsFlag } from './max-delete.js';
import { metricsFlags } from './metrics.js';
import { checkNamespaceFlag } from './namespace.js';
import { OBJECTS } from '../core/object-prune/output/main-table.js';
import { outputFlags } from './output.js';

const WHAT = { helpGroup: 'WHAT TO PRUNE' };
const SAFETY = { helpGroup: 'SAFETY' };

/** What the flags of one of the two commands say about its objects. */
interface Texts {
  /** `builds` */
  things: string;
  /** Where the newest ones are kept: `of every BuildConfig`. */
  perOwner: string;
  failed: string;
  orphans: string;
  rules: string;
}

/** Returns the flags that `prune builds` and `prune deployments` share. */
export function objectPruneFlags({ things, perOwner, failed, orphans, rules }: Texts) {
  return {
    ...confirmFlags('delete'),
    'keep-younger-than': Flags.string({
      ...WHAT,
      helpValue: 'DURATION',
      default: '60m',
      description: `keep ${things} younger than this; they are not counted among those that are kept`,
    }),
    'keep-complete': Flags.integer({
      ...WHAT,
      helpValue: 'N',
      default: 5,
      description: `keep the N newest complete ${things} ${perOwner}`,
    }),
    'keep-failed': Flags.integer({
      ...WHAT,
      helpValue: 'N',
      default: 1,
      description: `keep the N newest ${failed} ${perOwner}`,
    }),
    orphans: Flags.boolean({ ...WHAT, allowNo: true, description: `${orphans} (default: false)` }),
    namespace: Flags.string({
      ...WHAT,
      char: 'n',
      helpValue: 'NS',
      description: `prune only the ${things} of this namespace (default: all namespaces)`,
    }),
    rules: Flags.string({
      ...WHAT,
      options: ['safe', 'oc'],
      default: 'safe',
      description: `safe (${rules}), oc (the decisions of oc adm prune ${things})`,
    }),
    ...safetyFlags(things),
    ...outputFlags(['table', 'wide', 'json', 'yaml', 'name', 'oc'], 'table', OBJECTS),
    'show-labels': Flags.boolean({
      helpGroup: 'OUTPUT',
      description: 'show labels as the last column of the table, as kubectl does',
    }),
    ...metricsFlags(),
    ...clusterFlags,
  };
}

function safetyFlags(things: string) {
  return {
    'num-workers': Flags.integer({
      ...SAFETY,
      helpValue: 'N',
      default: 5,
      description: 'number of concurrent deletions',
    }),
    'max-delete': Flags.string({
      ...SAFETY,
      helpValue: 'N|P%',
      description: `refuse (exit status 4) to delete more than N ${things}, or P% of all that were read (default: no limit)`,
    }),
    'audit-log': Flags.string({
      ...SAFETY,
      helpValue: 'FILE',
      description: 'append one JSON line to FILE for every deletion',
    }),
    'detailed-exitcode': Flags.boolean({
      ...SAFETY,
      allowNo: true,
      description: 'exit with status 2 if a dry run finds something to delete',
    }),
  };
}

type ObjectPruneFlagValues = Interfaces.InferredFlags<ReturnType<typeof objectPruneFlags>>;

/**
 * Checks every flag, and converts the flags to a request.
 * @param things what `--max-delete` counts
 * @throws RegadmError USAGE
 */
export function toObjectPruneRequest(
  flags: ObjectPruneFlagValues,
  things: string,
  replicaSets = false,
): ObjectPruneRequest {
  const keepYoungerThan = flags['keep-younger-than'];
  const keepYoungerThanMs = durationFlag('keep-younger-than', keepYoungerThan);
  checkCount('keep-complete', flags['keep-complete']);
  checkCount('keep-failed', flags['keep-failed']);
  checkNamespaceFlag(flags.namespace);
  if (flags['num-workers'] < 1) throw usageError('--num-workers must be at least 1');
  if (flags['audit-log'] !== undefined && !flags.confirm)
    throw usageError('--audit-log needs --confirm: a dry run deletes nothing');
  if (flags['detailed-exitcode'] && flags.confirm)
    throw usageError('--detailed-exitcode cannot be specified with --confirm: it applies only to a dry run');
  const maxDelete = flags['max-delete'];
  return {
    options: {
      keepYoungerThanMs,
      keepComplete: flags['keep-complete'],
      keepFailed: flags['keep-failed'],
      orphans: flags.orphans ?? false,
      rules: flags.rules as 'oc' | 'safe',
      replicaSets,
      ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    },
    keepYoungerThan,
    showLabels: flags['show-labels'],
    workers: flags['num-workers'],
    maxDelete: maxDelete === undefined ? undefined : maxObjectsFlag(maxDelete, things),
    auditLog: flags['audit-log'],
  };
}
