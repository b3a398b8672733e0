import { BaseCommand } from '../../cli/base-command.js';
import { failureLines, listsFailures } from '../../core/terminal/failure-lines.js';
import { stderr } from '../../core/terminal/writer.js';
import { toExitStatus } from '../../core/trash/purge/exit-status.js';
import { trashPurgeOutput } from '../../core/trash/purge/output.js';
import { toTrashPurgeRequest, trashPurgeFlags, trashStorage } from '../../flags/trash.js';

export default class TrashPurge extends BaseCommand {
  static override summary = 'Delete from the trash of the registry storage what nothing uses';

  static override description = `Checks first whether something in the trash is in use, and moves it back. Then deletes what was moved longer ago than --older-than, if it is certain that nothing uses it: every registry process that ran when it was moved has ended since. What cannot be deleted yet is listed with the reason. Without --confirm, this is a dry run and nothing is changed. prune hard --online does the same at the end of each run.`;

  static override page = 'trash.md#purge';

  static override exitStatuses = {
    2: 'with --detailed-exitcode, a dry run found something to delete',
    3: 'a deletion or moving back failed; what is kept with a reason is not a failure',
    4: 'refused, such as a storage of another cluster; nothing was changed',
  };

  static override examples = [
    {
      description: 'Show what would be deleted',
      command: '<%= config.bin %> <%= command.id %> --storage cluster',
    },
    {
      description: 'Delete what has been in the trash for two days',
      command: '<%= config.bin %> <%= command.id %> --storage cluster --older-than=2d --confirm',
    },
  ];

  static override flags = trashPurgeFlags;

  async run(): Promise<void> {
    const { flags } = await this.read(TrashPurge);
    const request = toTrashPurgeRequest(flags);
    const choice = await trashStorage(flags);
    const [{ previewPurge, purgeTrash }, { withClusterStorage }] = await Promise.all([
      import('../../core/trash/purge/purge.js'),
      import('../../core/trash/open.js'),
    ]);
    const purge = flags.confirm ? purgeTrash : previewPurge;
    const report = await this.withCluster(flags, (session) =>
      withClusterStorage(session, choice, (ports) => purge(ports, request)),
    );
    await this.present(report, flags, trashPurgeOutput);
    if (!listsFailures(flags.output)) await stderr().lines(failureLines(report.failures, report.warnings));
    if (report.refusal) await this.fail(report.refusal);
    process.exitCode = toExitStatus(report, flags['detailed-exitcode'] ?? false);
  }
}
