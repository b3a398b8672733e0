import { Flags } from '@oclif/core';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import { requestTimeoutFlag } from '../../flags/duration.js';
import { maxDeleteFlag } from '../../flags/max-delete.js';
import { EXIT, usageError } from '../../core/model/errors.js';
import type { PruneImagesRequest } from '../../core/prune/prune-images.js';
import type { ImagePruneReport } from '../../core/prune/report.js';
import { clusterFlags, clusterOptions } from '../../flags/cluster.js';
import { outputFlags } from '../../flags/output.js';
import { registryFlags } from '../../flags/registry.js';
import { decisionFlags, pruneOptionsOf } from '../../flags/decision.js';

type ImagesFlags = FlagsOf<typeof PruneImages>;

const SAFETY = { helpGroup: 'SAFETY' };
const REGISTRY = { helpGroup: 'REGISTRY' };

export default class PruneImages extends BaseCommand {
  static override summary = 'Remove old tag items, images that nothing uses, and their data in the registry';
  static override description = `Removes old items from the tags of image streams, images that no tag item lists and nothing uses, and their links and blobs in the
integrated registry. A dry run unless --confirm is given: then nothing is changed anywhere. Flags that oc adm prune images has mean the same.`;

  static override examples = [
    {
      description: 'What would go with the defaults (3 revisions a tag, nothing younger than 60 minutes)',
      command: '<%= config.bin %> <%= command.id %>',
    },
    {
      description: 'Keep five revisions and everything of the last four days; do it',
      command: '<%= config.bin %> <%= command.id %> --keep-tag-revisions=5 --keep-younger-than=96h --confirm',
    },
    {
      description: 'Images larger than the limits of their namespaces',
      command: '<%= config.bin %> <%= command.id %> --prune-over-size-limit',
    },
    {
      description: 'For a script: one JSON document, and exit status 2 when there is something to delete',
      command: '<%= config.bin %> <%= command.id %> -o json --detailed-exitcode',
    },
    {
      description: 'Plan now, apply that plan later, but never more than a tenth of all images',
      command: '<%= config.bin %> <%= command.id %> --plan-out plan.json',
    },
  ];

  static override flags = {
    confirm: Flags.boolean({ allowNo: true, description: 'do it; without it nothing is changed anywhere' }),
    ...decisionFlags,
    'prune-registry': Flags.boolean({
      ...REGISTRY,
      allowNo: true,
      default: true,
      description: 'false: only API objects; the registry is not contacted',
    }),
    ...registryFlags,
    'num-workers': Flags.integer({ ...REGISTRY, helpValue: 'N', default: 5, description: 'parallel deletions' }),
    'max-delete': Flags.string({
      ...SAFETY,
      helpValue: 'N|P%|SIZE',
      description: 'refuse (exit 4) when more than N images, P% of all images, or SIZE of blobs would go',
    }),
    'plan-out': Flags.string({ ...SAFETY, helpValue: 'FILE', description: 'write the plan to FILE' }),
    plan: Flags.string({
      ...SAFETY,
      helpValue: 'FILE',
      description: 'apply the plan of FILE, as far as a fresh one has the same',
    }),
    'audit-log': Flags.string({ ...SAFETY, helpValue: 'FILE', description: 'append one JSON line for every deletion' }),
    preflight: Flags.string({
      ...SAFETY,
      options: ['auto', 'skip'],
      default: 'auto',
      description: 'check before the first deletion all that can fail',
    }),
    from: Flags.string({
      ...SAFETY,
      helpValue: 'DIR',
      description: 'plan from saved lists (oc get images -o json > DIR/images.json, …) with no cluster; dry run only',
    }),
    'detailed-exitcode': Flags.boolean({
      ...SAFETY,
      allowNo: true,
      description: 'a dry run that finds something exits 2',
    }),
    ...outputFlags(['table', 'wide', 'json', 'yaml', 'name', 'oc'], 'table'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(PruneImages);
    const request = await requestOf(flags);
    const { interruptible } = await import('../../cli/interrupt.js');
    const { createProgress } = await import('../../core/terminal/create-progress.js');
    const progress = createProgress(process.stderr);
    const say = (line: string): void => progress.log(line);
    const hooksOf = (signal: AbortSignal) => ({
      warn: (line: string) => say(`warning: ${line}`),
      log: (level: number, line: string) => void (level <= this.verbosity && say(line)),
      phase: (name: string, total?: number) => progress.phase(name, total),
      tick: (count?: number) => progress.tick(count),
      signal,
    });
    let interruptedBy: AbortSignal | undefined;
    let report: ImagePruneReport;
    try {
      report = await interruptible(
        (signal) => {
          interruptedBy = signal;
          return flags.from === undefined
            ? this.prune(flags, request, hooksOf(signal))
            : planFromFiles(flags.from, request, hooksOf(signal));
        },
        { note: say },
      );
    } finally {
      progress.done();
    }
    await this.printReport(report, flags);
    process.exitCode = exitCode(report, flags['detailed-exitcode'] ?? false, interruptedBy!);
  }

  private async prune(flags: ImagesFlags, request: PruneImagesRequest, hooks: Hooks): Promise<ImagePruneReport> {
    const [{ openCluster }, { runPruneImages }] = await Promise.all([
      import('../../core/cluster/index.js'),
      import('../../core/prune/prune-images.js'),
    ]);
    const api = await openCluster(clusterOptions(flags), hooks.log);
    try {
      return await runPruneImages(api, request, hooks);
    } finally {
      await api.close();
    }
  }

  private async printReport(report: ImagePruneReport, flags: ImagesFlags): Promise<void> {
    if (this.verbosity >= 4) await this.explain(report);
    const [{ renderImagePrune }, { writeAll }, { wantsColor }] = await Promise.all([
      import('../../core/prune/output/index.js'),
      import('../../core/terminal/write.js'),
      import('../../core/terminal/color.js'),
    ]);
    const width = process.stdout.isTTY ? process.stdout.columns : Infinity;
    const options = { color: wantsColor(process.stdout), width, now: Date.now() };
    await writeAll(process.stdout, renderImagePrune(report, flags.output as 'table', options));
    const { hintsFor } = await import('../../core/prune/output/hints.js');
    for (const hint of hintsFor(report)) this.note(`hint: ${hint}`);
  }

  private async explain({ plan }: ImagePruneReport): Promise<void> {
    const { keptLines } = await import('../../core/prune/output/kept.js');
    const { writeAll } = await import('../../core/terminal/write.js');
    await writeAll(process.stderr, keptLines(plan));
  }
}

type Hooks = Parameters<typeof import('../../core/prune/prune-images.js').runPruneImages>[2];

async function planFromFiles(dir: string, request: PruneImagesRequest, hooks: Hooks): Promise<ImagePruneReport> {
  const { pruneFromFiles } = await import('../../core/prune/gather/from-files.js');
  return pruneFromFiles(dir, request, hooks);
}

/** Flags that a plan file answers. */
const PLAN_FLAGS = [
  'keep-tag-revisions',
  'keep-younger-than',
  'prune-over-size-limit',
  'namespace',
  'prune-signatures',
  'ignore-invalid-refs',
] as const;

/** Checks every flag before anything is opened. @throws RegadmError (USAGE) */
async function requestOf(flags: ImagesFlags): Promise<PruneImagesRequest> {
  const { options, keepYoungerThan } = await pruneOptionsOf(flags, flags['prune-registry']);
  if (flags['num-workers'] < 1) throw usageError('--num-workers must be at least 1');
  checkCombinations(flags);
  const { registryOptions } = await import('../../flags/registry-options.js');
  return {
    options,
    keepYoungerThan,
    confirm: flags.confirm ?? false,
    registry: {
      ...(await registryOptions(flags)),
      workers: flags['num-workers'],
      requestTimeoutMs: requestTimeoutFlag(flags['request-timeout']),
    },
    preflight: flags.preflight === 'auto',
    maxDelete: flags['max-delete'] === undefined ? undefined : maxDeleteFlag(flags['max-delete'], 'images'),
    auditLog: flags['audit-log'],
    planOut: flags['plan-out'],
    planFile: flags.plan,
  };
}

function checkCombinations(flags: ImagesFlags): void {
  const given = (name: keyof ImagesFlags): boolean => flags[name] !== undefined && flags[name] !== false;
  if (flags.from !== undefined) {
    for (const name of [
      'confirm',
      'plan',
      'audit-log',
      'registry-url',
      'certificate-authority',
      'force-insecure',
    ] as const) {
      if (given(name))
        throw usageError(
          `--from cannot be specified with --${name}: it plans from files, with no cluster and no registry`,
        );
    }
    if (flags.referrers === 'all')
      throw usageError('--from cannot be specified with --referrers=all: files do not tell what else a cluster has');
  }
  if (flags.plan !== undefined) {
    for (const name of PLAN_FLAGS)
      if (given(name)) throw usageError(`--plan cannot be specified with --${name}: the plan says what goes`);
    if (flags['plan-out'] !== undefined) throw usageError('--plan cannot be specified with --plan-out');
  }
  if (flags['audit-log'] !== undefined && !flags.confirm)
    throw usageError('--audit-log needs --confirm: a dry run carries nothing out');
  if (flags['detailed-exitcode'] && flags.confirm)
    throw usageError('--detailed-exitcode cannot be specified with --confirm: it tells what a dry run found');
}

function exitCode(report: ImagePruneReport, detailed: boolean, signal: AbortSignal): number {
  if (report.interrupted) return (signal.reason as { exitCode?: number }).exitCode ?? EXIT.sigint;
  if (report.failures.length > 0) return EXIT.partial;
  const { streams, images } = report.plan;
  return report.dryRun && detailed && streams.length + images.length > 0 ? EXIT.found : EXIT.ok;
}
