import { Flags, type Interfaces } from '@oclif/core';
import { clusterFlags } from './cluster.js';
import { outputFlags } from './output.js';
import { durationFlag, timeoutFlag } from './duration.js';
import { maxDeleteFlag } from './max-delete.js';
import type { HardPruneOptions } from '../core/hard-prune/request.js';
import { usageError } from '../core/model/errors.js';
import { parseRedisUrl } from '../core/operator/redis-cache.js';

/** The flags of `regadm prune hard`. */
export const hardPruneFlags = {
  confirm: Flags.boolean({ allowNo: true, description: 'do it; without it nothing is changed anywhere' }),
  storage: Flags.string({
    helpValue: 'DIR',
    description:
      "prune the registry's files directly: DIR is where its volume is mounted (it holds docker/registry/v2)",
  }),
  pod: Flags.string({
    helpValue: 'NAME',
    description: "run the registry's pruner in this pod; any running and ready registry pod if not given",
  }),
  rules: Flags.string({
    options: ['safe', 'registry'],
    default: 'safe',
    description:
      "registry: decide exactly as the registry's own pruner; safe: also keep the manifest links of children of image indexes that a stream lists",
  }),
  'read-only': Flags.string({
    options: ['auto', 'required', 'skip'],
    default: 'auto',
    description:
      "auto: switch the registry's mode and back; required: refuse unless it is read-only already; skip: leave it (only with --storage)",
  }),
  'max-delete': Flags.string({
    helpValue: 'N|P%|SIZE',
    description: 'refuse (exit 4) when more than N blobs, P% of all blobs, or SIZE of blobs would go',
  }),
  'keep-blobs-younger-than': Flags.string({
    helpValue: 'DURATION',
    description:
      'keep what was written later than this ago; 1h if not given; 0 to keep nothing for its age (with --storage)',
  }),
  'dangling-links': Flags.boolean({
    allowNo: true,
    description: 'also remove layer links to blobs that are gone (with --storage)',
  }),
  'uploads-older-than': Flags.string({
    helpValue: 'DURATION',
    description: 'also remove uploads that nobody has written to for so long (with --storage)',
  }),
  'redis-url': Flags.string({
    helpValue: 'URL',
    env: 'REGADM_REDIS_URL',
    description:
      'the Redis that the registry uses as its blob cache, to be emptied afterwards: redis[s]://[user:password@]host[:port][/db]',
  }),
  'prune-images': Flags.boolean({ allowNo: true, description: 'run regadm prune images first, with its defaults' }),
  recover: Flags.boolean({ description: 'put back what a hard prune that was killed has left behind' }),
  timeout: Flags.string({
    helpValue: 'DURATION',
    default: '10m',
    description: 'how long one roll-out of the registry may take',
  }),
  'detailed-exitcode': Flags.boolean({ allowNo: true, description: 'a dry run that finds something exits 2' }),
  ...outputFlags(['table', 'wide', 'json', 'yaml', 'name', 'oc'], 'table'),
  ...clusterFlags,
};

type HardFlags = Interfaces.InferredFlags<typeof hardPruneFlags>;

/** Flags that only regadm's own hard prune knows. */
const STORAGE_ONLY = ['keep-blobs-younger-than', 'dangling-links', 'uploads-older-than'] as const;

/** The flags' values as what they mean. @throws RegadmError (USAGE) that names the flag */
export function hardPruneOptions(flags: HardFlags): HardPruneOptions {
  const given = (name: (typeof STORAGE_ONLY)[number]): boolean => flags[name] !== undefined && flags[name] !== false;
  if (flags.storage === undefined) {
    const wrong = STORAGE_ONLY.find(given);
    if (wrong && !flags.recover)
      throw usageError(`--${wrong} works only with --storage: the registry's own pruner does not know it`);
  }
  if (flags.recover && (flags.storage !== undefined || flags.pod !== undefined))
    throw usageError(`--${flags.pod === undefined ? 'storage' : 'pod'} cannot be specified with --recover`);
  const uploads = flags['uploads-older-than'];
  return {
    confirm: flags.confirm ?? false,
    storage: flags.storage,
    pod: flags.pod,
    rules: flags.rules as HardPruneOptions['rules'],
    readOnly: flags['read-only'] as HardPruneOptions['readOnly'],
    maxDelete: flags['max-delete'] === undefined ? undefined : maxDeleteFlag(flags['max-delete'], 'blobs'),
    keepYoungerThanMs: durationFlag('keep-blobs-younger-than', flags['keep-blobs-younger-than'] ?? '1h'),
    danglingLinks: flags['dangling-links'] ?? false,
    uploadsOlderThanMs: uploads === undefined ? undefined : durationFlag('uploads-older-than', uploads),
    redis: flags['redis-url'] === undefined ? undefined : parseRedisUrl(flags['redis-url']),
    timeoutMs: timeoutFlag('timeout', flags.timeout),
  };
}
