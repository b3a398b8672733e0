import { Flags } from '@oclif/core';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import { clusterFlags, clusterOptions } from '../../flags/cluster.js';
import { outputFlags } from '../../flags/output.js';
import { EXIT, RegadmError, usageError } from '../../core/model/errors.js';
import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../core/model/openshift.js';
import { timeoutFlag } from '../../flags/duration.js';
import type { ClusterApi } from '../../core/cluster/api.js';
import { DEFAULT_IMAGE, OPERATOR_CRON_JOB, cronJobList, imageProblem } from '../../core/schedule/cron-job.js';
import { scheduleHints } from '../../core/schedule/hints.js';
import type { ScheduleDocument } from '../../core/schedule/report.js';
import { interruptible } from '../../cli/interrupt.js';
import { documentText } from '../../core/terminal/document.js';
import { scheduleText } from '../../core/schedule/text.js';
import { SETTINGS, parseSettings } from '../../core/schedule/settings.js';

export default class PruneSchedule extends BaseCommand {
  static override summary = "Show and change the cluster's own automatic pruning";

  static override description = `Without flags it shows ImagePruner "cluster" (settings, conditions), its CronJob and the last runs. --set changes settings; all of them are checked before anything is sent. --cronjob prints objects that let regadm prune every night instead, under names of their own (${OWN_CRON_JOB}); suspend the cluster's pruning then. --run-now starts one Job, from CronJob ${OWN_CRON_JOB} if it exists, else from the operator's ${OPERATOR_CRON_JOB}, writes its log to stdout and ends as the Job ends.

Settings: ${SETTINGS.join(', ')}.`;

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -o json',
    "<%= config.bin %> <%= command.id %> --set 'schedule=30 2 * * *' --set keepTagRevisions=5 --set keepYoungerThanDuration=96h",
    '<%= config.bin %> <%= command.id %> --set resources.requests.memory=1Gi --set logLevel=Debug --dry-run',
    '<%= config.bin %> <%= command.id %> --cronjob --image quay.io/example/regadm:1.0 | oc create -f -',
    '<%= config.bin %> <%= command.id %> --run-now --from image-pruner --timeout 2h',
  ];

  static override flags = {
    set: Flags.string({
      helpValue: 'KEY=VALUE',
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['cronjob', 'run-now'],
      description: 'change a setting; may be repeated; an empty value gives back the default',
    }),
    'dry-run': Flags.boolean({
      dependsOn: ['set'],
      description: 'check the settings and show them, but change nothing',
    }),
    cronjob: Flags.boolean({
      exclusive: ['set', 'run-now'],
      description:
        'print a List with service account, its permission and a CronJob that runs regadm, for `oc create -f -`',
    }),
    image: Flags.string({
      helpValue: 'IMAGE',
      dependsOn: ['cronjob'],
      description: `image with regadm in it; ${DEFAULT_IMAGE} if not given`,
    }),
    'run-now': Flags.boolean({ exclusive: ['set', 'cronjob'], description: 'start one Job now and follow it' }),
    from: Flags.string({
      helpValue: 'CRONJOB',
      dependsOn: ['run-now'],
      description: `CronJob in ${REGISTRY_NAMESPACE} to start from`,
    }),
    timeout: Flags.string({
      helpValue: 'DURATION',
      dependsOn: ['run-now'],
      description: 'how long the Job is followed, 1h if not given; it goes on after that',
    }),
    ...outputFlags(['table', 'json', 'yaml'], 'table'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(PruneSchedule);
    if (flags.cronjob) return this.printCronJob(flags);
    // Bad settings are refused before a cluster is needed.
    const patch = flags.set && parseSettings(flags.set);
    const timeoutMs = timeoutFlag('timeout', flags.timeout ?? '1h');
    const { openCluster } = await import('../../core/cluster/index.js');
    const api = await openCluster(clusterOptions(flags), this.logAt);
    try {
      if (flags['run-now']) await this.runNow(api, flags, timeoutMs);
      else await this.showOrChange(api, flags, patch);
    } finally {
      await api.close();
    }
  }

  private async printCronJob({ image = DEFAULT_IMAGE, output }: FlagsOf<typeof PruneSchedule>): Promise<void> {
    const problem = imageProblem(image);
    if (problem) throw usageError(`--image ${problem}`);
    this.print(await documentText(output === 'json' ? 'json' : 'yaml', cronJobList(image)));
    if (image === DEFAULT_IMAGE)
      this.warning(`without --image the CronJob runs ${DEFAULT_IMAGE}, which has to be pushed there first`);
    this.note(
      "suspend the cluster's own pruning, so that the two do not run at the same time: regadm prune schedule --set suspend=true",
    );
  }

  private async showOrChange(
    api: ClusterApi,
    flags: FlagsOf<typeof PruneSchedule>,
    patch: object | undefined,
  ): Promise<void> {
    const { changeSchedule, readSchedule } = await import('../../core/schedule/change.js');
    const dryRun = flags['dry-run'];
    const report: ScheduleDocument = patch
      ? await changeSchedule(api, patch as Record<string, unknown>, dryRun, this.warning)
      : await readSchedule(api, this.warning);
    this.print(flags.output === 'table' ? scheduleText(report) : await documentText(flags.output, report));
    scheduleHints(report.effective).forEach((hint) => this.note(`hint: ${hint}`));
    if (report.changed?.length === 0) this.note('nothing to change: the settings are like that already');
    else if (report.changed && dryRun) this.note('dry run: nothing was changed; leave out --dry-run to change it');
  }

  private async runNow(api: ClusterApi, flags: FlagsOf<typeof PruneSchedule>, timeoutMs: number): Promise<void> {
    const { cronJobToRun } = await import('../../core/schedule/change.js');
    const { followJob, startJob } = await import('../../core/schedule/job.js');
    const cronJob = await cronJobToRun(api, flags.from);
    const job = await startJob(api, cronJob);
    const { name } = job.metadata;
    this.note(`started job ${REGISTRY_NAMESPACE}/${name} from CronJob ${cronJob.metadata.name}`);
    const out = flags.output === 'table' ? process.stdout : process.stderr;
    const options = { log: (chunk: Buffer) => void out.write(chunk), onProgress: this.note, timeoutMs };
    const run = await interruptible((signal) => followJob(api, job, cronJob.metadata.name, { ...options, signal }), {
      note: this.note,
      suggestions: [`the job keeps running: oc -n ${REGISTRY_NAMESPACE} logs -f job/${name}`],
    });
    if (flags.output !== 'table')
      this.print(await documentText(flags.output, { apiVersion: 'regadm/v1', kind: 'PruneRun', ...run }));
    if (run.status === 'succeeded') return this.note(`job ${REGISTRY_NAMESPACE}/${name} succeeded`);
    if (flags.output === 'table') throw jobFailed(name, run.message);
    this.note(`error: ${jobFailed(name, run.message).message}`);
    process.exitCode = EXIT.error;
  }
}

function jobFailed(name: string, message: string | undefined): RegadmError {
  return new RegadmError(`job ${REGISTRY_NAMESPACE}/${name} failed${message ? `: ${message}` : ''}`, {
    code: 'JOB_FAILED',
    suggestions: [`look at it: oc -n ${REGISTRY_NAMESPACE} describe job/${name}`],
  });
}
