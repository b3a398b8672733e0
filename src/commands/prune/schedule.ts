import { Flags } from '@oclif/core';
import type { FlagsOf } from '../../cli/base-command.js';
import { ListCommand } from '../../cli/list-command.js';
import { withCheckedArguments } from '../../cli/cron-job-arguments.js';
import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../core/model/openshift.js';
import { scheduleHints } from '../../core/schedule/hints.js';
import { OPERATOR_CRON_JOB } from '../../core/schedule/jobs.js';
import { runOutput, scheduleOutput } from '../../core/schedule/output/index.js';
import { SETTINGS } from '../../core/schedule/settings.js';
import { LogLines } from '../../core/terminal/log-lines.js';
import { stderr, stdout } from '../../core/terminal/writer.js';
import { timeoutFlag } from '../../flags/duration.js';
import { cronJobFlags } from '../../flags/cron-job.js';
import { toCronJobRequest } from '../../flags/cron-job-request.js';
import { settingsFlag } from '../../flags/schedule.js';
import { clusterFlags, clusterOptions } from '../../flags/cluster.js';
import { outputFlags } from '../../flags/output.js';

type ScheduleFlags = FlagsOf<typeof PruneSchedule>;

export default class PruneSchedule extends ListCommand {
  static override summary = "Show and change the cluster's own automatic pruning";

  static override description = `Without flags, shows ImagePruner "cluster" (settings, conditions), its CronJob and the last runs.

--set and --run-now take effect without --confirm. --set changes settings; all of them are checked before anything is changed. --cronjob prints objects that let regadm prune on a schedule instead (named ${OWN_CRON_JOB}); suspend the cluster's own pruning if you create them. The other CRONJOB flags change the objects; what they do not state is taken from the cluster's ImagePruner (tolerations, node selector, affinity) and from the registry's Config (whether it is Removed), if they can be read. --run-now starts one Job, from CronJob ${OWN_CRON_JOB} if it exists, otherwise from the operator's ${OPERATOR_CRON_JOB}, and writes its log to stdout; if the Job fails, the exit status is 1.

Settings: ${SETTINGS.join(', ')}.`;

  static override page = 'schedule.md';

  static override exitStatuses = {
    1: 'an error, or the Job of --run-now failed',
    4: 'refused, because another prune is running',
  };

  static override examples = [
    { description: 'Show the settings and the last runs', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'For a script', command: '<%= config.bin %> <%= command.id %> -o json' },
    {
      description: 'Change the time, and what is kept',
      command:
        "<%= config.bin %> <%= command.id %> --set 'schedule=30 2 * * *' --set keepTagRevisions=5 --set keepYoungerThanDuration=96h",
    },
    {
      description: 'Check settings without changing anything',
      command: '<%= config.bin %> <%= command.id %> --set resources.requests.memory=1Gi --set logLevel=Debug --dry-run',
    },
    {
      description: 'Run regadm every night instead',
      command: '<%= config.bin %> <%= command.id %> --cronjob --image quay.io/example/regadm:1.0 | oc create -f -',
    },
    {
      description: 'Also prune builds and deployments, at 02:30, and print an alert for when no run succeeds',
      command:
        "<%= config.bin %> <%= command.id %> --cronjob --with builds,deployments --with-alert --schedule '30 2 * * *'",
    },
    {
      description: 'Change what is kept, and where the pod runs',
      command:
        '<%= config.bin %> <%= command.id %> --cronjob --keep-tag-revisions=3 --node-selector=node-role.kubernetes.io/infra= --toleration=node-role.kubernetes.io/infra:NoSchedule --images-arg=max-delete=20%',
    },
    {
      description: 'Start a run now and follow its log',
      command: '<%= config.bin %> <%= command.id %> --run-now --from image-pruner --timeout 2h',
    },
  ];

  static override flags = {
    set: Flags.string({
      helpValue: 'KEY=VALUE',
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['cronjob', 'run-now'],
      description: 'change a setting; an empty value restores its default; can be repeated',
    }),
    'dry-run': Flags.boolean({
      dependsOn: ['set'],
      description: 'check the settings and show the result, but change nothing',
    }),
    cronjob: Flags.boolean({
      exclusive: ['set', 'run-now'],
      description:
        'print a List with a CronJob that runs regadm, and all objects that it needs, for `oc create -f -`; works without a cluster',
    }),
    'run-now': Flags.boolean({ exclusive: ['set', 'cronjob'], description: 'start one Job now and follow its log' }),
    from: Flags.string({
      helpValue: 'CRONJOB',
      dependsOn: ['run-now'],
      description: `CronJob in ${REGISTRY_NAMESPACE} to start the Job from`,
    }),
    timeout: Flags.string({
      helpValue: 'DURATION',
      dependsOn: ['run-now'],
      description: 'maximum time to follow the Job, which keeps running after that (default: 1h)',
    }),
    ...cronJobFlags,
    ...outputFlags(['table', 'json', 'yaml'], 'table'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(PruneSchedule);
    if (flags.cronjob) return this.printCronJob(flags);
    return flags['run-now'] ? this.runNow(flags) : this.showOrChange(flags);
  }

  private async printCronJob(flags: ScheduleFlags): Promise<void> {
    clusterOptions(flags); // Invalid flags are refused; a cluster that cannot be read is not.
    const unchecked = toCronJobRequest(flags, this.fromSettings);
    const request = await withCheckedArguments(unchecked, (id, argv) => this.parseAs(id, argv));
    const { printable, readClusterSettings, unreadable } = await import('../../core/schedule/cron-job/index.js');
    const reading = this.withCluster(flags, ({ api, signal }) => readClusterSettings(api, signal));
    const { list, notes } = printable(request, await reading.catch(unreadable));
    await this.printList(flags.output, list, notes);
  }

  private async showOrChange(flags: ScheduleFlags): Promise<void> {
    // Invalid settings are refused before a cluster is needed.
    const patch = flags.set && settingsFlag(flags.set);
    const { changeSchedule, previewSchedule, readSchedule } = await import('../../core/schedule/schedule.js');
    const change = flags['dry-run'] ? previewSchedule : changeSchedule;
    const document = await this.withCluster(flags, ({ api, reporter }) =>
      patch ? change(api, patch, reporter) : readSchedule(api, reporter),
    );
    await this.present(document, flags, scheduleOutput);
    for (const hint of scheduleHints(document.effective)) this.note(`hint: ${hint}`);
    if (document.changed?.length === 0) this.note('nothing to change: the settings already have these values');
    else if (flags['dry-run']) this.note('dry run: nothing was changed; run without --dry-run to apply the settings');
  }

  private async runNow(flags: ScheduleFlags): Promise<void> {
    const timeoutMs = timeoutFlag('timeout', flags.timeout ?? '1h');
    const { jobFailed, runNow } = await import('../../core/schedule/run-now.js');
    const writer = flags.output === 'table' ? stdout() : stderr();
    const lines = new LogLines((line) => writer.line(line));
    const log = (chunk: Buffer): void => lines.push(chunk);
    const run = await this.withCluster(flags, ({ api, reporter, signal }) =>
      runNow(api, { cronJob: flags.from, timeoutMs, log }, reporter, signal).finally(() => lines.end()),
    );
    await this.present(run, flags, runOutput);
    if (run.status === 'failed') await this.fail(jobFailed(run));
  }
}
