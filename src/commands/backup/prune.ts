import { Flags } from '@oclif/core';
import { stderr } from '../../core/terminal/writer.js';
import { BaseCommand } from '../../cli/base-command.js';
import { toExitStatus } from '../../core/backup/prune/exit-status.js';
import { backupPruneOutput } from '../../core/backup/prune/output.js';
import { usageError } from '../../core/model/errors.js';
import { listsFailures } from '../../core/terminal/failure-lines.js';
import { backupArgs, backupDirectory, backupFlags, NO_CLUSTER } from '../../flags/backup.js';
import { confirmFlags } from '../../flags/confirm.js';
import { durationFlag } from '../../flags/duration.js';

export default class BackupPrune extends BaseCommand {
  static override summary = 'Remove old runs from a backup, and the blobs that only they need';

  static override description = `Removes what runs saved that began longer ago than --keep-within, then the blobs that no remaining run needs, and temporary files of runs that were killed. Without --confirm, this is a dry run and nothing is changed. If a record or manifest cannot be read, nothing is removed. Files that regadm did not write are kept. While prune images --backup writes to the directory, it is refused. ${NO_CLUSTER}`;

  static override page = 'backup.md#manage-backups';

  static override exitStatuses = {
    2: 'with --detailed-exitcode, a dry run found something to remove',
    3: 'something was not removed',
    4: 'refused, such as while a prune writes to the backup',
  };

  static override examples = [
    {
      description: 'Show what would be removed',
      command: '<%= config.bin %> <%= command.id %> backup --keep-within=14d',
    },
    {
      description: 'For a script: exit with status 2 if there is something to remove',
      command: '<%= config.bin %> <%= command.id %> backup --keep-within=14d -o json --detailed-exitcode',
    },
    {
      description: 'Remove everything that was saved more than 14 days ago',
      command: '<%= config.bin %> <%= command.id %> backup --keep-within=14d --confirm',
    },
  ];

  static override usage = '<%= command.id %> DIR --keep-within=DURATION [FLAGS]';

  static override args = backupArgs;
  static override flags = {
    ...confirmFlags('remove'),
    'keep-within': Flags.string({
      helpValue: 'DURATION',
      description: 'keep runs that began within this time until now: 14d, 36h, 1d12h (required)',
    }),
    'detailed-exitcode': Flags.boolean({
      allowNo: true,
      description: 'exit with status 2 if a dry run finds something to remove',
    }),
    ...backupFlags,
  };

  async run(): Promise<void> {
    const { flags, args } = await this.read(BackupPrune);
    const directory = backupDirectory(args, flags, 'backup prune');
    const keepWithin = flags['keep-within'];
    if (keepWithin === undefined)
      throw usageError('--keep-within is required', [`regadm backup prune ${directory} --keep-within=14d`]);
    if (flags.confirm && flags['detailed-exitcode'])
      throw usageError('--detailed-exitcode cannot be specified with --confirm: it applies only to a dry run');
    const request = { directory, keepWithin, keepWithinMs: durationFlag('keep-within', keepWithin) };
    const { planOnly, pruneBackup } = await import('../../core/backup/prune/prune.js');
    const prune = flags.confirm ? pruneBackup : planOnly;
    const report = await this.withSession((session) => prune(request, session));
    await this.present(report, flags, backupPruneOutput);
    if (!listsFailures(flags.output))
      for (const { target, message } of report.removal.failures) stderr().error(`failed: ${target}: ${message}`);
    process.exitCode = toExitStatus(report, flags['detailed-exitcode'] ?? false);
  }
}
