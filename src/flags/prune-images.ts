import { Flags, type Interfaces } from '@oclif/core';
import { assertPullsCount } from '../core/graph/pulls/coverage.js';
import { usageError } from '../core/model/errors.js';
import type { BackupRequest } from '../core/prune/backup/request.js';
import type { VerifyRequest } from '../core/prune/verify/request.js';
import { CONFIRMED, DRY_RUN, type ImagePruneRequest } from '../core/prune/request.js';
import { checkPolicyFlag, decisionFlags, pruneOptionsOf } from './decision.js';
import { clusterFlags } from './cluster.js';
import { confirmFlags } from './confirm.js';
import { requestTimeoutFlag } from './duration.js';
import { metricsFlags } from './metrics.js';
import { IMAGES } from '../core/prune/output/main-table.js';
import { outputFlags } from './output.js';
import { maxDeleteFlag } from './max-delete.js';
import { checkPullsFlag } from './recent-pulls.js';
import { checkReferrersFileFlag } from './referrers-file.js';
import { registryFlags } from './registry.js';
import { OBJECT_STORE_FLAGS, storageFlag, storageFlags, storageNameFlag } from './storage.js';

const SAFETY = { helpGroup: 'SAFETY' };
const REGISTRY = { helpGroup: 'REGISTRY' };
const BACKUP = { helpGroup: 'BACKUP' };

/** Lists flags under a heading of their own. */
function inGroup<T extends Record<string, object>>(flags: T, group: { helpGroup: string }): T {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { ...flag, ...group }])) as T;
}

/** The flags of `regadm prune images`. */
export const pruneImagesFlags = {
  ...confirmFlags('delete'),
  ...decisionFlags,
  'prune-registry': Flags.boolean({
    ...REGISTRY,
    allowNo: true,
    default: true,
    description:
      'also delete links and blobs in the registry; false: delete only API objects, and at most read manifests from the registry (default: true)',
  }),
  ...registryFlags,
  'num-workers': Flags.integer({
    ...REGISTRY,
    helpValue: 'N',
    default: 5,
    description: 'number of concurrent deletions',
  }),
  'max-delete': Flags.string({
    ...SAFETY,
    helpValue: 'N|P%|SIZE',
    description:
      'refuse (exit status 4) to delete more than N images, P% of all images, or SIZE of blobs (default: no limit)',
  }),
  'plan-out': Flags.string({
    ...SAFETY,
    helpValue: 'FILE',
    description: 'write the plan to FILE; with --confirm, before it is applied',
  }),
  plan: Flags.string({
    ...SAFETY,
    helpValue: 'FILE',
    description: 'apply the plan in FILE; anything a fresh plan would not delete is skipped',
  }),
  'audit-log': Flags.string({
    ...SAFETY,
    helpValue: 'FILE',
    description: 'append one JSON line to FILE for every deletion',
  }),
  backup: Flags.string({
    ...BACKUP,
    helpValue: 'DIR',
    description:
      'save everything that will be deleted in DIR before the first deletion, as an OCI image layout; an existing backup is extended',
  }),
  verify: Flags.boolean({
    ...SAFETY,
    allowNo: true,
    description:
      'check after the deletions that all images are whole that share a repository or a blob with what was deleted',
  }),
  'accept-other-cluster': Flags.boolean({
    ...BACKUP,
    description: 'extend a backup of another cluster (default: refuse with exit status 4)',
  }),
  ...inGroup(storageFlags, BACKUP),
  storage: {
    ...storageNameFlag(
      "read what --backup saves and --verify checks from the registry's storage, not through the registry",
      'default: through the registry',
    ),
    ...BACKUP,
  },
  preflight: Flags.string({
    ...SAFETY,
    options: ['auto', 'skip'],
    default: 'auto',
    description: 'checks before the first deletion: auto (check everything that can fail), skip (no checks)',
  }),
  from: Flags.string({
    ...SAFETY,
    helpValue: 'DIR',
    description:
      'plan without a cluster, from saved lists (oc get images -o json > DIR/images.json, …) or a must-gather (a directory or a .tar.gz archive); dry run only',
  }),
  'detailed-exitcode': Flags.boolean({
    ...SAFETY,
    allowNo: true,
    description: 'exit with status 2 if a dry run finds something to delete',
  }),
  ...outputFlags(['table', 'wide', 'json', 'yaml', 'name', 'oc'], 'table', IMAGES),
  ...metricsFlags(['from']),
  ...clusterFlags,
};

type PruneImagesFlagValues = Interfaces.InferredFlags<typeof pruneImagesFlags>;
type FlagName = keyof PruneImagesFlagValues;

/**
 * Checks every flag, and converts the flags to a request.
 * @throws RegadmError USAGE; PROTECT_FILE, POLICY_FILE, REFERRERS_FILE or PULLS_FILE if a file is invalid
 */
export async function toImagePruneRequest(flags: PruneImagesFlagValues): Promise<ImagePruneRequest> {
  const { options, keepYoungerThan } = await pruneOptionsOf(flags, flags['prune-registry']);
  if (flags['num-workers'] < 1) throw usageError('--num-workers must be at least 1');
  checkCombinations(flags);
  // A plan file can contain a policy.
  if (flags.plan === undefined) assertPullsCount(options);
  const { registryOptions } = await import('./registry-options.js');
  const maxDelete = flags['max-delete'];
  return {
    options,
    keepYoungerThan,
    registry: {
      ...(await registryOptions(flags)),
      workers: flags['num-workers'],
      requestTimeoutMs: requestTimeoutFlag(flags['request-timeout']),
    },
    preflight: flags.preflight === 'auto',
    policy: flags.confirm ? CONFIRMED : DRY_RUN,
    maxDelete: maxDelete === undefined ? undefined : maxDeleteFlag(maxDelete, 'images'),
    auditLog: flags['audit-log'],
    planOut: flags['plan-out'],
    planFile: flags.plan,
    backup: await backupRequest(flags),
    verify: await verifyRequest(flags),
  };
}

/**
 * Checks which flags are refused together, without reading a file that a flag names.
 * @throws RegadmError USAGE
 */
export function checkFlagsTogether(flags: PruneImagesFlagValues): void {
  checkPolicyFlag(flags);
  checkReferrersFileFlag(flags);
  checkPullsFlag(flags);
  checkCombinations(flags);
}

async function backupRequest(flags: PruneImagesFlagValues): Promise<BackupRequest | undefined> {
  const { backup: directory, 'accept-other-cluster': acceptOtherCluster = false } = flags;
  return directory === undefined ? undefined : { directory, acceptOtherCluster, storage: await namedStorage(flags) };
}

async function verifyRequest(flags: PruneImagesFlagValues): Promise<VerifyRequest | undefined> {
  return flags.verify ? { storage: await namedStorage(flags) } : undefined;
}

const namedStorage = async (flags: PruneImagesFlagValues): Promise<VerifyRequest['storage']> =>
  flags.storage === undefined ? undefined : storageFlag(flags.storage, flags);

/** Flags that need a cluster or a registry. */
const NOT_WITH_FROM = [
  'confirm',
  'plan',
  'plan-out',
  'audit-log',
  'backup',
  'verify',
  'require-visible-referrers',
  'registry-url',
  'certificate-authority',
  'force-insecure',
] as const satisfies FlagName[];

/** Flags whose values are in a plan file. */
const NOT_WITH_PLAN = [
  'keep-tag-revisions',
  'keep-younger-than',
  'policy',
  'prune-over-size-limit',
  'namespace',
  'prune-signatures',
  'ignore-invalid-refs',
  'ignore-unreadable',
  'skip-resource',
] as const satisfies FlagName[];

function checkCombinations(flags: PruneImagesFlagValues): void {
  const isGiven = (name: FlagName): boolean => flags[name] !== undefined && flags[name] !== false;
  const refuse = (flag: FlagName, others: readonly FlagName[], why: string): void => {
    const other = isGiven(flag) ? others.find(isGiven) : undefined;
    if (other !== undefined) throw usageError(`--${flag} cannot be specified with --${other}${why}`);
  };
  refuse('from', NOT_WITH_FROM, ': it plans from files, without a cluster and a registry');
  if (isGiven('from') && flags.referrers === 'all')
    throw usageError('--from cannot be specified with --referrers=all: the files do not show every resource');
  refuse('plan', NOT_WITH_PLAN, ': the plan file contains it');
  refuse('plan', ['plan-out'], '');
  const needs = (other: FlagName, names: readonly FlagName[]): void => {
    const flag = isGiven(other) ? undefined : names.find(isGiven);
    if (flag !== undefined) throw usageError(`--${flag} works only with --${other}`);
  };
  needs('backup', ['accept-other-cluster']);
  if (isGiven('storage') && !isGiven('backup') && !isGiven('verify'))
    throw usageError('--storage works only with --backup or --verify');
  needs('storage', OBJECT_STORE_FLAGS);
  if (isGiven('verify') && !flags.confirm) throw usageError('--verify needs --confirm: a dry run deletes nothing');
  if (isGiven('verify') && !flags['prune-registry'])
    throw usageError('--verify cannot be specified with --prune-registry=false: nothing is deleted in the registry');
  if (isGiven('audit-log') && !flags.confirm)
    throw usageError('--audit-log needs --confirm: a dry run deletes nothing');
  refuse('detailed-exitcode', ['confirm'], ': it applies only to a dry run');
}
