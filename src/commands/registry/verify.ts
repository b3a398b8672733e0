import { setFlagsFromString } from 'node:v8';
import type { FlagsOf } from '../../cli/base-command.js';
import { ListCommand } from '../../cli/list-command.js';
import { usageError } from '../../core/model/errors.js';
import type { VerifyRequest } from '../../core/verify/request.js';
import { toExitStatus, type VerifyReport } from '../../core/verify/report.js';
import { verifyOutput } from '../../core/verify/output/index.js';
import { toVerifyRequest, verifyFlags } from '../../flags/verify.js';
import { jobOfPod } from '../../flags/verify-pod.js';
import { toMergeSource, toVerifyJobRequest } from '../../flags/verify-job-request.js';

export default class RegistryVerify extends ListCommand {
  static override summary = 'Check whether every image that the cluster lists can be pulled';

  static override description = `Checks for every tag item whose image lives in the integrated registry that its Image object, its manifest, its config and
its layers exist, with their links and the sizes that the manifest states; for an image index, the same for each child.
Images that were imported from other registries are counted, not checked. Changes nothing in the registry
unless --confirm is given with --repair-links or --recover-images.

With --storage, everything is compared with one listing of the registry's storage. Without it, the registry is asked for
every manifest and blob, which finds no missing links. Arguments limit what is verified.
With --from, the images come from saved lists, and no cluster is needed.`;

  static override usage = '<%= command.id %> [NAMESPACE[/STREAM[:TAG]]…] [FLAGS]';

  static override page = 'verify.md';

  static override exitStatuses = {
    0: 'nothing is missing',
    1: 'an error, or something could not be checked',
    2: 'something is broken',
    3: 'an image could not be recovered',
    4: 'refused, such as a storage of another cluster',
  };

  static override examples = [
    {
      description: 'Verify through the registry, which needs the permission to pull',
      command: '<%= config.bin %> <%= command.id %>',
    },
    {
      description: "Verify everything in the registry's object storage",
      command: '<%= config.bin %> <%= command.id %> --storage cluster',
    },
    {
      description: 'Verify one image stream on the mounted volume of the registry',
      command: '<%= config.bin %> <%= command.id %> shop/frontend --storage /registry',
    },
    {
      description: 'Read all data with 8 pods in the cluster',
      command:
        '<%= config.bin %> <%= command.id %> --print-job --parallelism 8 --image quay.io/example/regadm:1.0 | oc create -f -',
    },
    { description: 'Show what a Job found', command: '<%= config.bin %> <%= command.id %> --merge job/regadm-verify' },
    {
      description: 'Read the data of a seventh of the blobs, another one each day of the week',
      command: '<%= config.bin %> <%= command.id %> --storage cluster --read-data-subset $(date +%u)/7',
    },
    {
      description: 'Verify the mounted volume of the registry against saved lists, without a cluster',
      command: '<%= config.bin %> <%= command.id %> --from lists --storage /registry',
    },
    {
      description: 'For a script',
      command: '<%= config.bin %> <%= command.id %> --storage cluster -o json',
    },
  ];

  static override strict = false;

  static override flags = verifyFlags;

  async run(): Promise<void> {
    const { flags, argv } = await this.read(RegistryVerify);
    const unknown = argv.find((argument) => argument.startsWith('-'));
    if (unknown !== undefined) throw usageError(`unknown flag: ${unknown}`, [this.usage]);
    if (flags.merge) return this.merge(flags, [...flags.merge, ...argv]);
    if (flags['print-job']) return this.printJob(flags, argv);
    const request = await toVerifyRequest(flags, argv, this.fromSettings);
    // A storage can have millions of blobs: collect garbage more often, as prune hard does.
    setFlagsFromString('--optimize-for-size');
    if (flags['store-result']) return this.verifyAndStore(flags, request);
    const report = await this.verify(flags, request);
    await this.present(report, flags, verifyOutput);
    process.exitCode = toExitStatus(report.verification, report.lostImages);
  }

  private async verify(flags: FlagsOf<typeof RegistryVerify>, request: VerifyRequest): Promise<VerifyReport> {
    const { from } = flags;
    if (from !== undefined) {
      const { verifySaved } = await import('../../core/verify/verify-saved.js');
      return this.withSession((session) => verifySaved(from, session, request));
    }
    const { verifyRegistry } = await import('../../core/verify/verify.js');
    return this.withCluster(flags, (session) => verifyRegistry(session, request));
  }

  private async merge(flags: FlagsOf<typeof RegistryVerify>, documents: string[]): Promise<void> {
    const source = toMergeSource(documents);
    const { mergeFiles, mergeJob } = await import('../../core/verify/merge/index.js');
    const report =
      'job' in source
        ? await this.withCluster(flags, ({ api, signal }) => mergeJob(api, source.job, signal))
        : await mergeFiles(source.files);
    for (const warning of report.warnings) this.warning(warning);
    await this.present(report, flags, verifyOutput);
    process.exitCode = toExitStatus(report.verification);
  }

  /** The document decides on the exit status when it is merged. */
  private async verifyAndStore(flags: FlagsOf<typeof RegistryVerify>, request: VerifyRequest): Promise<void> {
    const job = jobOfPod(flags['read-data-subset'], process.env);
    const { verifyAndStore } = await import('../../core/verify/stored/verify-and-store.js');
    const report = await this.withCluster(flags, (session) => verifyAndStore(session, request, job));
    await this.present(report, flags, verifyOutput);
  }

  private async printJob(flags: FlagsOf<typeof RegistryVerify>, only: string[]): Promise<void> {
    const request = await toVerifyJobRequest(flags, only, { argv: this.argv, fromSettings: this.fromSettings });
    const { verifyJob } = await import('../../core/verify-job/index.js');
    await this.printStorageJob(flags, verifyJob(request));
  }
}
