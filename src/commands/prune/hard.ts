import { setFlagsFromString } from 'node:v8';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import { createReporter } from '../../cli/reporter.js';
import { clusterFlags, clusterOptions } from '../../flags/cluster.js';
import { hardPruneFlags, hardPruneOptions } from '../../flags/hard-prune.js';
import type { ClusterApi } from '../../core/cluster/api.js';
import { assertUsable, type HardPruneOptions } from '../../core/hard-prune/request.js';
import type { HardPruneResult } from '../../core/hard-prune/hard-prune.js';
import type { Reporter } from '../../core/kit/reporter.js';
import { exitCodeOf, notRestoredError } from '../../core/hard-prune/procedure/outcome.js';
import { hardPruneFound, type HardPruneReport } from '../../core/hard-prune/output/documents.js';

type HardFlags = FlagsOf<typeof PruneHard>;

export default class PruneHard extends BaseCommand {
  static override summary = "Remove blobs from the registry's storage that no Image object uses";

  static override description = `Compares the registry's storage with the Image objects and removes what nothing uses: blobs, manifest links, repositories without image
stream. A dry run unless --confirm is given. With --confirm the whole procedure is one guarded operation: the registry is switched to
read-only mode, its service account gets the role it needs, and both are put back afterwards, whatever happens. After a crash,
--recover finishes that.

Without --storage the registry's own pruner is run in one of its pods. Prune images first (regadm prune images, or --prune-images).`;

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
    const options = hardPruneOptions(flags);
    if (!flags.recover) assertUsable(options);
    // A storage may have millions of blobs: let the heap grow late (bench/prune-hard.js: a quarter less at the peak).
    setFlagsFromString('--optimize-for-size');
    const { openCluster } = await import('../../core/cluster/index.js');
    const api = await openCluster(clusterOptions(flags), this.logAt);
    try {
      if (flags.recover) await this.recover(api, options, flags.output);
      else await this.prune(api, flags, options);
    } finally {
      await api.close();
    }
  }

  private async recover(api: ClusterApi, { redis, timeoutMs }: HardPruneOptions, format: string): Promise<void> {
    const { recoverHardPrune } = await import('../../core/hard-prune/procedure/recover.js');
    const { cacheEmptier } = await import('../../core/hard-prune/hard-prune.js');
    const { found, steps } = await recoverHardPrune(
      api,
      { timeoutMs, emptyCache: cacheEmptier(redis) },
      this.reporter(),
    );
    const { documentText } = await import('../../core/terminal/document.js');
    if (format === 'json' || format === 'yaml')
      this.print(
        await documentText(format, { apiVersion: 'regadm/v1', kind: 'HardPruneRecovery', found, procedure: steps }),
      );
    this.note(
      found ? 'everything is as it was before the hard prune' : 'nothing to recover: no hard prune was left unfinished',
    );
  }

  private async prune(api: ClusterApi, flags: HardFlags, options: HardPruneOptions): Promise<void> {
    const startedAt = new Date().toISOString();
    const { hardPrune } = await import('../../core/hard-prune/hard-prune.js');
    const { interruptible, RESTORING, STOPPING } = await import('../../cli/interrupt.js');
    await this.tellBefore(api, options, flags['prune-images']);
    const show = ({ plan }: NonNullable<HardPruneResult['findings']>): void => this.note(hardPruneFound(plan));
    const result = await interruptible(
      async (signal) => {
        if (flags['prune-images']) options.pruneImages = await imagePruner(flags, signal);
        return hardPrune(api, options, show, this.reporter(), signal);
      },
      { note: this.note, message: options.confirm ? RESTORING : STOPPING },
    );
    await this.printResult(result, flags, startedAt);
  }

  private async tellBefore(
    api: ClusterApi,
    { confirm, readOnly, storage }: HardPruneOptions,
    prunesImages: boolean,
  ): Promise<void> {
    if (confirm && !prunesImages)
      this.note(
        'hint: prune images first (regadm prune images --confirm, or --prune-images): what is in use now stays',
      );
    // With a storage and no mode to watch over, nothing but images and image streams is read.
    if (storage !== undefined && readOnly === 'skip') return;
    const { pendingRecoveryNotice } = await import('../../core/operator/notice.js');
    const notice = await pendingRecoveryNotice(api);
    if (notice) this.note(notice);
  }

  private async printResult(result: HardPruneResult, flags: HardFlags, startedAt: string): Promise<void> {
    const { findings, removals, error, notRestored } = result;
    const early = error !== undefined && !removals;
    for (const warning of findings?.warnings ?? []) this.warning(warning);
    for (const { kind, name, because } of findings?.plan.kept ?? [])
      this.logAt(4, `keeping ${kind} ${name}: ${because}`);
    for (const failure of notRestored)
      this.note(`error: ${failure.message}${failure.suggestions.map((text) => `\n  * ${text}`).join('')}`);
    if (notRestored.length > 0 && early) throw notRestoredError(notRestored, error);
    if (early) throw error as Error;
    const report = reportOf(result, flags, startedAt);
    await this.write(report, flags.output);
    this.sayCacheHint(result, flags);
    process.exitCode = exitCodeOf(result, flags['detailed-exitcode']);
    if (error)
      this.note(
        `error: ${(error as Error).message}; what was deleted until then is listed; everything else is left for the next run`,
      );
  }

  private sayCacheHint({ dryRun, steps, removals }: HardPruneResult, flags: HardFlags): void {
    const rolledOut = steps.some(({ step, outcome }) => step === 'waiting for the roll-out' && outcome === 'done');
    if (dryRun || rolledOut || !removals?.plan.blobs.length) return;
    this.note(
      `hint: the registry's in-memory blob cache is stale until it is restarted: regadm registry restart${flags['redis-url'] ? '' : ' (with --redis-url where it uses a Redis)'}`,
    );
  }

  private async write(report: HardPruneReport, format: string): Promise<void> {
    const { writeAll } = await import('../../core/terminal/write.js');
    const { inChunks } = await import('../../core/terminal/chunks.js');
    const { hardPrunePieces } = await import('../../core/hard-prune/output/index.js');
    await writeAll(process.stdout, inChunks(await hardPrunePieces(report, format, process.stdout)));
  }

  private reporter(): Reporter {
    return createReporter(process.stderr, this.verbosity);
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

function reportOf(
  { dryRun, findings, removals, steps }: HardPruneResult,
  flags: HardFlags,
  startedAt: string,
): HardPruneReport {
  const { rules, storage, pod } = flags;
  return {
    dryRun,
    startedAt,
    finishedAt: new Date().toISOString(),
    options: {
      storage,
      pod,
      rules,
      readOnly: flags['read-only'],
      maxDelete: flags['max-delete'],
      keepBlobsYoungerThan: storage === undefined ? undefined : (flags['keep-blobs-younger-than'] ?? '1h'),
      danglingLinks: flags['dangling-links'] ?? false,
      uploadsOlderThan: flags['uploads-older-than'],
    },
    plan: removals?.plan ?? findings!.plan,
    outcomes: removals?.outcomes,
    failures: removals?.failures ?? [],
    procedure: steps,
    warnings: findings?.warnings ?? [],
  };
}
