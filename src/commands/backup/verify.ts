import { BaseCommand } from '../../cli/base-command.js';
import { backupVerificationOutput, warningsOf } from '../../core/backup/verify/output.js';
import { EXIT } from '../../core/model/errors.js';
import { backupArgs, backupDirectory, backupFlags, NO_CLUSTER } from '../../flags/backup.js';

export default class BackupVerify extends BaseCommand {
  static override summary = 'Check that a backup is complete and undamaged';

  static override description = `Reads every file of a backup: recomputes the digest of every blob and the checksum of every saved object, and checks that each image has its manifest and all blobs, and that index.json lists what was saved. Names what is damaged, and the images that need it. Changes nothing. While prune images --backup or backup prune writes to the directory, it is refused. ${NO_CLUSTER}`;

  static override page = 'backup.md#manage-backups';

  static override exitStatuses = {
    0: 'nothing is damaged',
    1: 'the backup cannot be read',
    2: 'something is damaged',
  };

  static override examples = [
    { description: 'Check a backup', command: '<%= config.bin %> <%= command.id %> backup' },
    { description: 'For a script', command: '<%= config.bin %> <%= command.id %> backup -o json' },
  ];

  static override usage = '<%= command.id %> DIR [FLAGS]';

  static override args = backupArgs;
  static override flags = backupFlags;

  async run(): Promise<void> {
    const { flags, args } = await this.read(BackupVerify);
    const directory = backupDirectory(args, flags, 'backup verify');
    const { verifyBackup } = await import('../../core/backup/verify/verify.js');
    const report = await this.withSession((session) => verifyBackup(directory, session));
    await this.present(report, flags, backupVerificationOutput);
    for (const text of warningsOf(report)) this.warning(text);
    if (report.damaged.length > 0) process.exitCode = EXIT.found;
  }
}
