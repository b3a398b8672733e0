import { setFlagsFromString } from 'node:v8';
import { BaseCommand } from '../../cli/base-command.js';
import { present } from '../../cli/present.js';
import { usageError } from '../../core/model/errors.js';
import { toExitStatus } from '../../core/verify/report.js';
import { verifyOutput } from '../../core/verify/output/index.js';
import { toVerifyRequest, verifyFlags } from '../../flags/verify.js';

export default class RegistryVerify extends BaseCommand {
  static override summary = 'Check whether every image that the cluster lists can be pulled';

  static override description = `Checks for every tag item whose image lives in the integrated registry that its Image object, its manifest, its config and
its layers exist, with their links and the sizes that the manifest states; for an image index, the same for each child.
Images that were imported from other registries are counted, not checked. Changes nothing.

With --storage, everything is compared with one listing of the registry's storage. Arguments limit what is verified.

Exit status: 0 if nothing is missing, 1 if it could not be checked, 2 if something is broken.`;

  static override usage = '<%= command.id %> [NAMESPACE[/STREAM[:TAG]]…] [FLAGS]';

  static override examples = [
    {
      description: "Verify everything in the registry's object storage",
      command: '<%= config.bin %> <%= command.id %> --storage cluster',
    },
    {
      description: 'Verify one image stream on the mounted volume of the registry',
      command: '<%= config.bin %> <%= command.id %> shop/frontend --storage /registry',
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
    const request = await toVerifyRequest(flags, argv);
    // A storage can have millions of blobs: collect garbage more often, as prune hard does.
    setFlagsFromString('--optimize-for-size');
    const { verifyRegistry } = await import('../../core/verify/verify.js');
    const report = await this.withCluster(flags, (session) => verifyRegistry(session, request));
    await present(report, flags.output, verifyOutput);
    process.exitCode = toExitStatus(report.verification);
  }
}
