import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { ADVICE } from '../../core/model/advice.js';
import { registryRestartOutput } from '../../core/operator/restart-output.js';
import { clusterFlags } from '../../flags/cluster.js';
import { dataLossFlags } from '../../flags/data-loss.js';
import { timeoutFlag } from '../../flags/duration.js';
import { outputFlags } from '../../flags/output.js';
import { cacheEmptier, redisFlags } from '../../flags/redis.js';

export default class RegistryRestart extends BaseCommand {
  static override summary = 'Restart the registry, so that its blob cache is empty';

  static override description = `After a prune, the registry's blob cache still lists deleted blobs, so that an image that is pushed again can miss layers. This command rolls out the registry again, as oc rollout restart does, and waits until no old pod exists. It takes effect without --confirm. With one replica, the registry can be briefly unavailable; the command then reports it. A registry whose storage is an emptyDir loses all its images with every restart: the command refuses (exit status 4), unless --accept-data-loss is given. For a registry that keeps its cache in Redis, pass --redis-url: regadm deletes only the keys of the blob cache there, before the restart and after the end of the last old pod.

If restarts are not an option, turn the cache off permanently: set the operator's managementState to Unmanaged and, in the Deployment image-registry, REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR to the empty value (--dry-run prints the commands). While Unmanaged, the operator changes nothing in the registry, including its read-only mode and its updates.`;

  static override page = 'hard-prune.md';

  static override exitStatuses = {
    4: 'refused, because a restart is not safe',
  };

  static override examples = [
    { description: 'Restart the registry and wait until it is ready', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Wait longer, and print one JSON document',
      command: '<%= config.bin %> <%= command.id %> --timeout 30m -o json',
    },
    {
      description: 'Empty a cache in Redis too',
      command:
        '<%= config.bin %> <%= command.id %> --redis-url rediss://:password@redis.example.com:6379/0 --redis-ca ca.pem',
    },
    {
      description: 'Show what would be restarted, and how to turn the cache off',
      command: '<%= config.bin %> <%= command.id %> --dry-run',
    },
    {
      description: 'Restart a registry whose storage is an emptyDir, and lose all its images',
      command: '<%= config.bin %> <%= command.id %> --accept-data-loss',
    },
  ];

  static override flags = {
    ...redisFlags,
    timeout: Flags.string({ helpValue: 'DURATION', default: '10m', description: 'timeout of the restart' }),
    'dry-run': Flags.boolean({
      description: 'change nothing; show what would be restarted, and how to turn the cache off instead',
    }),
    ...dataLossFlags,
    ...outputFlags(['table', 'json', 'yaml'], 'table'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(RegistryRestart);
    const acceptDataLoss = flags['accept-data-loss'];
    const timeoutMs = timeoutFlag('timeout', flags.timeout);
    const emptyCache = await cacheEmptier(flags);
    const { planRestart, restartRegistry } = await import('../../core/operator/restart.js');
    const report = await this.withCluster(
      flags,
      ({ api, reporter, signal }) =>
        flags['dry-run']
          ? planRestart(api, { reporter })
          : restartRegistry(api, { now: new Date(), timeoutMs, emptyCache, acceptDataLoss, reporter, signal }),
      {
        suggestions: [
          'a roll-out that has started continues: oc -n openshift-image-registry rollout status deployment/image-registry',
        ],
      },
    );
    await this.present(report, flags, registryRestartOutput);
    if (flags['dry-run'])
      for (const hint of report.deletesAllImages ? ADVICE.cacheOffIsRollout : ADVICE.cacheOff)
        this.note(`hint: ${hint}`);
  }
}
