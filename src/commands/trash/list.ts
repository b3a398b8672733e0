import { StorageCommand } from '../../cli/storage-command.js';
import { trashOutput } from '../../core/trash/list/output.js';
import { trashFlags, trashStorage } from '../../flags/trash.js';

export default class TrashList extends StorageCommand {
  static override summary = 'List what is in the trash of the registry storage';

  static override description = `Lists the blobs that prune hard --online, or prune hard --trash, has moved to the trash, with the repositories that had them, and whether they can be purged; the images whose manifests are among them, and whether they can be restored whole; and what is marked, but not moved yet. Changes nothing. No cluster is contacted, except with --storage cluster.`;

  static override page = 'trash.md';

  static override exitStatuses = {};

  static override examples = [
    {
      description: 'Show the trash of the object storage of the cluster',
      command: '<%= config.bin %> <%= command.id %> --storage cluster',
    },
    {
      description: 'Show everything in the trash of a mounted storage, with full digests',
      command: '<%= config.bin %> <%= command.id %> --storage /registry -o wide',
    },
    { description: 'For a script', command: '<%= config.bin %> <%= command.id %> --storage /registry -o json' },
  ];

  static override flags = trashFlags;

  async run(): Promise<void> {
    const { flags } = await this.read(TrashList);
    const choice = await trashStorage(flags);
    const { listTrash } = await import('../../core/trash/list/list.js');
    const report = await this.withStorage(flags, choice, listTrash);
    for (const warning of report.warnings) this.warning(warning);
    await this.present(report, flags, trashOutput);
  }
}
