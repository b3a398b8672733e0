import { BaseCommand } from '../../cli/base-command.js';
import { backupOutput } from '../../core/backup/list/output.js';
import { EXIT } from '../../core/model/errors.js';
import { backupArgs, backupDirectory, backupListFlags, NO_CLUSTER } from '../../flags/backup.js';

export default class BackupList extends BaseCommand {
  static override summary = 'List the images and tag items in a backup';

  static override description = `Lists what prune images --backup DIR saved: every image with its tags and their positions, when it was saved, its size, and the cluster; and the space that the backup takes. Changes nothing. ${NO_CLUSTER}`;

  static override page = 'backup.md#manage-backups';

  static override exitStatuses = {
    3: 'a file of the backup cannot be used; the rest is listed',
  };

  static override examples = [
    { description: 'Show what a backup contains', command: '<%= config.bin %> <%= command.id %> backup' },
    { description: 'One line per image', command: '<%= config.bin %> <%= command.id %> backup -o wide' },
    { description: 'For a script', command: '<%= config.bin %> <%= command.id %> backup -o json' },
  ];

  static override usage = '<%= command.id %> DIR [FLAGS]';

  static override args = backupArgs;
  static override flags = backupListFlags;

  async run(): Promise<void> {
    const { flags, args } = await this.read(BackupList);
    const directory = backupDirectory(args, flags, 'backup list');
    const { listBackup } = await import('../../core/backup/list/list.js');
    const report = await this.withSession((session) => listBackup(directory, session));
    await this.present(report, flags, backupOutput);
    for (const text of report.unreadable) this.warning(`not listed, because it cannot be used: ${text}`);
    if (report.unreadable.length === 0) return;
    this.note(`hint: find everything that is damaged with regadm backup verify ${directory}`);
    process.exitCode = EXIT.partial;
  }
}
