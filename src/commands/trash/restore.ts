import { StorageCommand } from '../../cli/storage-command.js';
import { usageError } from '../../core/model/errors.js';
import { failureLines, listsFailures } from '../../core/terminal/failure-lines.js';
import { stderr } from '../../core/terminal/writer.js';
import { toExitStatus } from '../../core/trash/restore/exit-status.js';
import { trashRestoreOutput } from '../../core/trash/restore/output.js';
import { toTrashRestoreRequest, trashRestoreFlags, trashStorage } from '../../flags/trash.js';

export default class TrashRestore extends StorageCommand {
  static override summary = 'Move blobs and images from the trash of the registry storage back to their place';

  static override description = `Moves blobs back to their place, with the links that they had, and then checks their content, and that the images are whole. The digest of a manifest also restores its config and its layers; that of an image index, its children. Without arguments, everything is restored. Without --confirm, this is a dry run and nothing is changed. No cluster is contacted, except with --storage cluster.

Image objects and tags are not created. A blob that loses its mark is not moved again before it was marked and has waited again.`;

  static override usage = '<%= command.id %> [DIGEST…] --storage cluster|URL|DIR [FLAGS]';

  static override page = 'trash.md#restore';

  static override exitStatuses = {
    2: 'with --detailed-exitcode, a dry run found something to restore',
    3: 'something was not restored, or an image is not whole',
    4: 'refused, such as while another run changes the trash; nothing was changed',
  };

  static override examples = [
    {
      description: 'Show what would be restored',
      command: '<%= config.bin %> <%= command.id %> --storage /registry',
    },
    {
      description: 'Restore one image with everything that it consists of',
      command: '<%= config.bin %> <%= command.id %> sha256:8c6b11ab3a2a --storage /registry --confirm',
    },
    {
      description: 'Restore everything to the object storage of the cluster',
      command: '<%= config.bin %> <%= command.id %> --storage cluster --confirm',
    },
  ];

  static override strict = false;

  static override flags = trashRestoreFlags;

  async run(): Promise<void> {
    const { flags, argv } = await this.read(TrashRestore);
    const unknown = argv.find((argument) => argument.startsWith('-'));
    if (unknown !== undefined) throw usageError(`unknown flag: ${unknown}`, [this.usage]);
    const request = toTrashRestoreRequest(argv, flags);
    const choice = await trashStorage(flags);
    const { previewRestore, restoreTrash } = await import('../../core/trash/restore/restore.js');
    const restore = flags.confirm ? restoreTrash : previewRestore;
    const report = await this.withStorage(flags, choice, (ports) => restore(ports, request));
    for (const warning of report.warnings) this.warning(warning);
    await this.present(report, flags, trashRestoreOutput);
    if (!listsFailures(flags.output)) await stderr().lines(failureLines(report.failures, report.warnings));
    process.exitCode = toExitStatus(report, flags['detailed-exitcode'] ?? false);
  }
}
