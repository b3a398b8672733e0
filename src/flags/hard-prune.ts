import { Flags, type Interfaces } from '@oclif/core';
import { clusterFlags } from './cluster.js';
import { confirmFlags } from './confirm.js';
import { dataLossFlags } from './data-loss.js';
import { hardPruneJobFlags } from './hard-prune-job.js';
import { metricsFlags } from './metrics.js';
import { onlinePruneFlags } from './online-prune.js';
import { BLOBS } from '../core/hard-prune/output/main-table.js';
import { outputFlags } from './output.js';
import { redisFlags } from './redis.js';
import { registryFlags } from './registry.js';
import { storageFlags } from './storage.js';

/** The flags of `regadm prune hard`. */
export const hardPruneFlags = {
  ...confirmFlags('delete', ['print-job', 'recover']),
  ...storageFlags,
  pod: Flags.string({
    helpValue: 'NAME',
    description: "registry pod to run the registry's own pruner in (default: any that is running and ready)",
  }),
  rules: Flags.option({
    options: ['safe', 'registry'] as const,
    default: 'safe',
    description:
      "rules for what is kept: registry (exactly those of the registry's own pruner), safe (also keep what manifests in the storage and promoted tags need)",
  })(),
  'accept-partial-storage': Flags.boolean({
    description:
      "continue although the storage looks like another cluster's, or as if etcd was restored from an older backup",
  }),
  'read-only': Flags.option({
    options: ['auto', 'required', 'skip'] as const,
    default: 'auto',
    description:
      'read-only mode during the prune: auto (switch it on and restore the mode), required (refuse unless it is already on), skip (do not change it; only with --storage)',
  })(),
  ...dataLossFlags,
  'max-delete': Flags.string({
    helpValue: 'N|P%|SIZE',
    description:
      'refuse (exit status 4) to delete more than N blobs, P% of all blobs, or SIZE of blobs; with --online also to mark or move more, or to delete more from the trash (default: no limit)',
  }),
  'keep-blobs-younger-than': Flags.string({
    helpValue: 'DURATION',
    description: 'keep data written less than this ago; 0 ignores ages (only with --storage; default: 1h)',
  }),
  'dangling-links': Flags.boolean({
    allowNo: true,
    description: 'also delete layer links to blobs that no longer exist (only with --storage)',
  }),
  'uploads-older-than': Flags.string({
    helpValue: 'DURATION',
    description: 'also delete unfinished uploads last written longer ago than this (only with --storage)',
  }),
  ...onlinePruneFlags,
  verify: Flags.boolean({
    allowNo: true,
    description:
      'check after the deletion that nothing is missing that listed images need: in the storage, or without --storage through the registry',
  }),
  ...registryFlags,
  ...redisFlags,
  'prune-images': Flags.boolean({ allowNo: true, description: 'run regadm prune images first, with its defaults' }),
  recover: Flags.boolean({ description: 'restore the registry after a hard prune that was killed' }),
  timeout: Flags.string({ helpValue: 'DURATION', default: '10m', description: 'timeout of each roll-out' }),
  'detailed-exitcode': Flags.boolean({
    allowNo: true,
    description: 'exit with status 2 if a dry run finds something to delete',
  }),
  ...hardPruneJobFlags,
  ...outputFlags(['table', 'wide', 'json', 'yaml', 'name', 'oc'], 'table', BLOBS),
  ...metricsFlags(['recover']),
  ...clusterFlags,
};

export type HardPruneFlagValues = Interfaces.InferredFlags<typeof hardPruneFlags>;
