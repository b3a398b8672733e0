import { setFlagsFromString } from 'node:v8';
import type { FlagsOf } from '../../cli/base-command.js';
import { ListCommand } from '../../cli/list-command.js';
import { RECOVERING, RESTORING, STOPPING } from '../../cli/interrupt.js';
import { presentHardPrune } from '../../cli/present-hard-prune.js';
import { pruneImagesFirst, type ImagePruneFirst } from '../../cli/prune-images-first.js';
import { recoveryLine } from '../../core/hard-prune/output/closing.js';
import { recoveryOutput } from '../../core/hard-prune/output/index.js';
import { hardPruneMetrics } from '../../core/hard-prune/output/metrics.js';
import { toHardPruneJobRequest } from '../../flags/hard-prune-job-request.js';
import { checkHardPruneTogether } from '../../flags/hard-prune-together.js';
import { hardPruneFlags } from '../../flags/hard-prune.js';
import { toHardPruneRequest, toRecoveryRequest } from '../../flags/hard-prune-request.js';
import { pruneImagesFlags, toImagePruneRequest } from '../../flags/prune-images.js';
import { cacheEmptier } from '../../flags/redis.js';

export default class PruneHard extends ListCommand {
  static override summary = "Delete blobs from the registry's storage that no Image object uses";

  static override description = `Compares the registry's storage with the Image objects and deletes what nothing uses: blobs, manifest links, and repositories without an image stream. Without --confirm, this is a dry run and nothing is changed; only --recover takes effect without it, and restores what a run that was killed has left behind. With --confirm, it is one guarded procedure: regadm switches the registry to read-only mode and grants its service account the role it needs, and always restores both. Deletions cannot be undone, except with --trash: then blobs are moved to a trash in the storage, and regadm trash restore brings them back.

Without --storage, the registry's own pruner runs in one of its pods. With --storage, regadm prunes the storage itself: the object storage of the cluster's registry (--storage cluster), a bucket or container that you name, or a mounted volume. Prune images first (regadm prune images, or --prune-images).

--print-job prints a Job that runs this hard prune in the cluster, or a CronJob with --schedule, and changes nothing.`;

  static override page = 'hard-prune.md';

  static override exitStatuses = {
    2: 'with --detailed-exitcode, a dry run found something to delete',
    3: 'something was not deleted, or the check after it found something',
    4: 'refused, such as by --max-delete; nothing was deleted',
  };

  static override examples = [
    { description: 'Show what would be deleted', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Delete it, but never more than 20 GiB',
      command: '<%= config.bin %> <%= command.id %> --confirm --max-delete=20Gi',
    },
    {
      description: "Delete from the registry's object storage, with the settings and credentials of the registry",
      command: '<%= config.bin %> <%= command.id %> --storage cluster --confirm',
    },
    {
      description: 'Show what would be deleted from a mounted storage, unfinished uploads included',
      command: '<%= config.bin %> <%= command.id %> --storage /registry --dangling-links --uploads-older-than=24h',
    },
    {
      description: 'Delete from a mounted storage and print one JSON document',
      command: '<%= config.bin %> <%= command.id %> --storage /registry --confirm -o json',
    },
    {
      description: 'Delete from a bucket of an S3-compatible storage, with credentials from the AWS_* variables',
      command:
        '<%= config.bin %> <%= command.id %> --storage s3://registry --storage-endpoint https://s3.example.com --confirm',
    },
    {
      description: 'Run a hard prune in the cluster every Saturday',
      command:
        "<%= config.bin %> <%= command.id %> --print-job --image quay.io/example/regadm:1.0 --max-delete=20% --schedule='0 1 * * 6' | oc apply -f -",
    },
    {
      description: 'Restore the registry after a hard prune that was killed',
      command: '<%= config.bin %> <%= command.id %> --recover',
    },
  ];

  static override flags = hardPruneFlags;

  async run(): Promise<void> {
    const { flags } = await this.read(PruneHard);
    if (!flags['print-job']) checkHardPruneTogether(flags, this.fromSettings);
    if (flags.recover) return this.recover(flags);
    if (flags['print-job']) return this.printJob(flags);
    const request = await toHardPruneRequest(flags);
    const emptyCache = await cacheEmptier(flags);
    const first = flags['prune-images'] ? await this.imagePrune(flags) : undefined;
    // Collect garbage more often: a storage can have millions of blobs, and this saves a quarter of the peak memory
    // (bench/prune-hard.js).
    setFlagsFromString('--optimize-for-size');
    const { executeHardPrune, previewHardPrune } = await import('../../core/hard-prune/hard-prune.js');
    let isLocked = false;
    const onLock = (): void => void (isLocked = true);
    const result = await this.withCluster(
      flags,
      (session) => {
        const ports = {
          ...session,
          emptyCache,
          onLock,
          pruneImages: first && (() => pruneImagesFirst(session, first, this.presentation(first.output))),
        };
        return flags.confirm ? executeHardPrune(ports, request) : previewHardPrune(ports, request);
      },
      { message: () => (isLocked ? RESTORING : STOPPING) },
    );
    this.measure(() => hardPruneMetrics(result.report));
    process.exitCode = await presentHardPrune(result, {
      ...this.presentation(flags),
      emptiesCache: emptyCache !== undefined,
      detailed: flags['detailed-exitcode'] ?? false,
    });
    if (result.report.refusal) await this.fail(result.report.refusal);
  }

  private async printJob(flags: FlagsOf<typeof PruneHard>): Promise<void> {
    const request = await toHardPruneJobRequest(flags, { argv: this.argv, fromSettings: this.fromSettings });
    const { hardPruneJob } = await import('../../core/hard-prune-job/index.js');
    await this.printStorageJob(flags, hardPruneJob(request));
  }

  private async recover(flags: FlagsOf<typeof PruneHard>): Promise<void> {
    const request = toRecoveryRequest(flags);
    const emptyCache = await cacheEmptier(flags);
    const { recoverHardPrune } = await import('../../core/hard-prune/procedure/recover.js');
    const result = await this.withCluster(flags, (session) => recoverHardPrune({ ...session, emptyCache }, request), {
      message: RECOVERING,
    });
    await this.present(result, flags, recoveryOutput);
    this.note(recoveryLine(result));
  }

  /** Returns the request for `prune images`, with the settings of that command, on the same cluster. */
  private async imagePrune(flags: FlagsOf<typeof PruneHard>): Promise<ImagePruneFirst> {
    const confirm = flags.confirm ?? false;
    const written = [`--request-timeout=${flags['request-timeout']}`, ...(confirm ? ['--confirm'] : [])];
    const imageFlags = await this.readOther('prune:images', pruneImagesFlags, written);
    return { request: await toImagePruneRequest(imageFlags), confirm, output: imageFlags };
  }
}
