import { BaseCommand } from '../cli/base-command.js';
import { toExitStatus } from '../core/restore/exit-status.js';
import { restoreOutput } from '../core/restore/output/index.js';
import { usageError } from '../core/model/errors.js';
import { failureLines, listsFailures } from '../core/terminal/failure-lines.js';
import { stderr } from '../core/terminal/writer.js';
import { allFailures } from '../core/restore/verify.js';
import { restoreFlags, toRestoreRequest } from '../flags/restore.js';

export default class Restore extends BaseCommand {
  static override summary = 'Restore images and tag items that prune images has deleted, from a backup';

  static override description = `Restores what prune images --backup DIR saved before it deleted it: layers and manifests in the registry, Image objects, and tag items at
their former position in the history. The newest item of a tag stays the newest. Without --confirm, this is a dry run and nothing is
changed. What is there already is not changed, so the command can be repeated.

Without further arguments, everything in the backup is restored. An argument selects an image stream (NAMESPACE/STREAM), a tag
(NAMESPACE/STREAM:TAG), or an image (DIGEST, or NAMESPACE/STREAM@DIGEST for its items in one image stream).`;

  static override usage = '<%= command.id %> DIR [NAMESPACE/STREAM[:TAG] | DIGEST]… [FLAGS]';

  static override page = 'restore.md';

  static override exitStatuses = {
    3: 'something was not restored',
    4: 'refused, such as a backup of another cluster',
  };

  static override examples = [
    { description: 'Show what would be restored', command: '<%= config.bin %> <%= command.id %> backup' },
    {
      description: 'Restore one tag',
      command: '<%= config.bin %> <%= command.id %> backup shop/frontend:latest --confirm',
    },
    {
      description: 'Restore one image under a new tag',
      command:
        '<%= config.bin %> <%= command.id %> backup shop/frontend@sha256:8c6b11ab3a2a6dcf1e4e2a2f3ab4e9bbf4e6b1dbd1a5a4f0f7f6a40d6cb0a4f1 --as-tag=rescued --confirm',
    },
  ];

  static override strict = false;

  static override flags = restoreFlags;

  async run(): Promise<void> {
    const { flags, argv } = await this.read(Restore);
    const unknown = argv.find((argument) => argument.startsWith('-'));
    if (unknown !== undefined) throw usageError(`unknown flag: ${unknown}`, [this.usage]);
    const request = await toRestoreRequest(argv, flags);
    const { planOnly, restore, toRestorePorts } = await import('../core/restore/index.js');
    const report = await this.withCluster(flags, ({ api, reporter, signal }) =>
      (flags.confirm ? restore : planOnly)({ ports: toRestorePorts(api), request }, reporter, signal),
    );
    await this.present(report, flags, restoreOutput);
    if (!listsFailures(flags.output)) await stderr().lines(failureLines(allFailures(report), report.warnings));
    process.exitCode = toExitStatus(report);
  }
}
