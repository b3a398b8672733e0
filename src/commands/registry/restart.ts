import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { createReporter } from '../../cli/reporter.js';
import { clusterFlags, clusterOptions } from '../../flags/cluster.js';
import { outputFlags } from '../../flags/output.js';
import { CACHE_OFF } from '../../core/operator/cache-off.js';
import { timeoutFlag } from '../../flags/duration.js';
import { cacheEmptier, redisFlags } from '../../flags/redis.js';
import { interruptible } from '../../cli/interrupt.js';
import { documentText } from '../../core/terminal/document.js';

export default class RegistryRestart extends BaseCommand {
  static override summary = 'Restart the registry, so that its blob cache is empty';

  static override description = `After a prune the registry's cache still lists blobs that are gone: an image pushed again may then miss layers. This rolls the registry out again, as oc rollout restart does, and waits until no pod from before is left. With one replica the registry is away for a moment. A registry that keeps its cache in Redis needs --redis-url: only the keys of the blob cache are removed there, before the restart.

Where a restart is no option, the cache can be turned off for good: set the operator's managementState to Unmanaged and, in the Deployment image-registry, REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR to the empty value (--dry-run prints the commands). While Unmanaged, the operator changes nothing in the registry, its read-only mode and updates included.`;

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --timeout 30m -o json',
    '<%= config.bin %> <%= command.id %> --redis-url rediss://:password@redis.example.com:6379/0',
    '<%= config.bin %> <%= command.id %> --dry-run',
  ];

  static override flags = {
    ...redisFlags,
    timeout: Flags.string({ helpValue: 'DURATION', default: '10m', description: 'how long to wait for the roll-out' }),
    'dry-run': Flags.boolean({
      description: 'change nothing; say what would be restarted, and how to turn the cache off instead',
    }),
    ...outputFlags(['table', 'json', 'yaml'], 'table'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(RegistryRestart);
    const timeoutMs = timeoutFlag('timeout', flags.timeout);
    const emptyCache = await cacheEmptier(flags);
    const { openCluster } = await import('../../core/cluster/index.js');
    const { planRestart, restartRegistry } = await import('../../core/operator/restart.js');
    const api = await openCluster(clusterOptions(flags), this.logAt);
    try {
      if (flags['dry-run']) {
        await this.printResult(flags.output, { dryRun: true, previous: await planRestart(api), pods: [] });
        return CACHE_OFF.forEach((line) => this.note(`hint: ${line}`));
      }
      const redisKeys = await emptyCache?.();
      const options = { now: new Date(), timeoutMs, reporter: createReporter(process.stderr, this.verbosity) };
      const result = await interruptible((signal) => restartRegistry(api, { ...options, signal }), {
        note: this.note,
        suggestions: [
          'the roll-out continues: oc -n openshift-image-registry rollout status deployment/image-registry',
        ],
      });
      await this.printResult(flags.output, { dryRun: false, ...result, redisKeys });
    } finally {
      await api.close();
    }
  }

  private async printResult(
    format: string,
    result: { dryRun: boolean; previous: string[]; pods: string[]; redisKeys?: number },
  ): Promise<void> {
    const document = { apiVersion: 'regadm/v1', kind: 'RegistryRestart', ...result };
    if (format !== 'table') return this.print(await documentText(format, document));
    const { dryRun, previous, pods, redisKeys } = result;
    if (dryRun) return this.print(`would restart ${previous.join(', ') || 'no pod'}`);
    if (redisKeys !== undefined) this.print(`removed ${redisKeys} keys of the blob cache from Redis`);
    this.print(`restarted the registry: ${previous.join(', ') || 'no pod'} replaced by ${pods.join(', ')}`);
  }
}
