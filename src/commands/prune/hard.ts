import { setFlagsFromString } from 'node:v8';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import { createReporter } from '../../cli/reporter.js';
import { clusterFlags, clusterOptions } from '../../flags/cluster.js';
import { hardPruneFlags } from '../../flags/hard-prune.js';
import { cacheEmptier } from '../../flags/redis.js';
import { hardPruneRequest, recoveryRequest } from '../../flags/hard-prune-request.js';
import type { ClusterApi } from '../../core/cluster/api.js';
import type { HardPrunePorts } from '../../core/hard-prune/ports.js';
import type { HardPruneReport, HardPruneResult } from '../../core/hard-prune/report.js';
import type { HardPruneRequest } from '../../core/hard-prune/request.js';

type HardFlags = FlagsOf<typeof PruneHard>;

export default class PruneHard extends BaseCommand {
  static override summary = "Delete blobs from the registry's storage that no Image object uses";

  static override description = `Compares the registry's storage with the Image objects and deletes what nothing uses: blobs, manifest links, and repositories without an
image stream. Without --confirm this is a dry run and nothing is changed. With --confirm it is one guarded procedure: regadm switches the
registry to read-only mode and grants its service account the role it needs, and restores both afterwards, whatever happens. After a
crash, --recover restores them.

Without --storage, the registry's own pruner runs in one of its pods. Prune images first (regadm prune images, or --prune-images).`;

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --confirm --max-delete=20Gi',
    '<%= config.bin %> <%= command.id %> --storage /registry --dangling-links --uploads-older-than=24h',
    '<%= config.bin %> <%= command.id %> --storage /registry --confirm -o json',
    '<%= config.bin %> <%= command.id %> --recover',
  ];

  static override flags = hardPruneFlags;

  async run(): Promise<void> {
    const { flags } = await this.read(PruneHard);
    const emptyCache = await cacheEmptier(flags);
    const recovery = flags.recover ? recoveryRequest(flags) : undefined;
    const request = flags.recover ? undefined : hardPruneRequest(flags);
    // A storage may have millions of blobs: let the heap grow late (bench/prune-hard.js: a quarter less at the peak).
    setFlagsFromString('--optimize-for-size');
    const { openCluster } = await import('../../core/cluster/index.js');
    const api = await openCluster(clusterOptions(flags), this.logAt);
    try {
      if (recovery) await this.recover(api, { ...recovery, emptyCache }, flags.output);
      else await this.prune({ api, emptyCache }, flags, request!);
    } finally {
      await api.close();
    }
  }

  private async recover(
    api: ClusterApi,
    { timeoutMs, emptyCache }: { timeoutMs: number; emptyCache: HardPrunePorts['emptyCache'] },
    format: string,
  ): Promise<void> {
    const { recoverHardPrune } = await import('../../core/hard-prune/procedure/recover.js');
    const reporter = createReporter(process.stderr, this.verbosity);
    const { found, steps } = await recoverHardPrune({ api, emptyCache, reporter }, timeoutMs);
    const { documentText } = await import('../../core/terminal/document.js');
    if (format === 'json' || format === 'yaml')
      this.print(
        await documentText(format, { apiVersion: 'regadm/v1', kind: 'HardPruneRecovery', found, procedure: steps }),
      );
    this.note(
      found ? 'the registry is as it was before the hard prune' : 'nothing to recover: no hard prune was interrupted',
    );
  }

  private async prune(
    common: Pick<HardPrunePorts, 'api' | 'emptyCache'>,
    flags: HardFlags,
    request: HardPruneRequest,
  ): Promise<void> {
    const { executeHardPrune, previewHardPrune } = await import('../../core/hard-prune/hard-prune.js');
    const { interruptible, RESTORING, STOPPING } = await import('../../cli/interrupt.js');
    const reporter = createReporter(process.stderr, this.verbosity);
    const result = await interruptible(
      async (signal): Promise<HardPruneResult> => {
        const pruneImages = flags['prune-images'] ? await imagePruner(flags, signal) : undefined;
        const ports: HardPrunePorts = { ...common, reporter, signal, pruneImages };
        return flags.confirm
          ? executeHardPrune(ports, request)
          : { report: await previewHardPrune(ports, request), notRestored: [] };
      },
      { note: this.note, message: flags.confirm ? RESTORING : STOPPING },
    );
    await this.printResult(result, flags);
  }

  private async printResult(result: HardPruneResult, flags: HardFlags): Promise<void> {
    const { report, error } = result;
    await this.write(report, flags.output);
    const { hardPruneHints } = await import('../../core/hard-prune/output/hints.js');
    for (const hint of hardPruneHints(report, flags['redis-url'] !== undefined)) this.note(`hint: ${hint}`);
    const { detailedExitCode, exitCodeOf } = await import('../../core/hard-prune/exit-code.js');
    process.exitCode = report.dryRun && flags['detailed-exitcode'] ? detailedExitCode(report) : exitCodeOf(result);
    if (error)
      this.note(
        `error: ${(error as Error).message}; what was deleted before that is listed; the next run deletes everything else`,
      );
  }

  private async write(report: HardPruneReport, format: string): Promise<void> {
    const { writeAll } = await import('../../core/terminal/write.js');
    const { inChunks } = await import('../../core/terminal/chunks.js');
    const { hardPrunePieces } = await import('../../core/hard-prune/output/index.js');
    await writeAll(process.stdout, inChunks(await hardPrunePieces(report, format, process.stdout)));
  }
}

/** `prune images` of the same cluster, as the same user, with its own defaults. */
async function imagePruner(flags: HardFlags, signal: AbortSignal): Promise<() => Promise<void>> {
  const { pruneImagesFirst } = await import('../../core/hard-prune/procedure/prune-images-first.js');
  // A command line is there for everybody on the machine to read: the token goes another way.
  const shared = (Object.keys(clusterFlags) as (keyof typeof clusterFlags)[]).filter((name) => name !== 'token');
  const args = shared.flatMap((name) =>
    [flags[name] ?? []].flat().map((value) => (value === true ? `--${name}` : `--${name}=${String(value)}`)),
  );
  return () =>
    pruneImagesFirst(
      process.argv[1]!,
      [...(flags.confirm ? ['--confirm'] : []), ...args.filter((arg) => !arg.endsWith('=false'))],
      signal,
      flags.token === undefined ? {} : { REGADM_TOKEN: flags.token },
    );
}
