import type { ClusterApi } from '../cluster/api.js';
import { isForbidden } from '../cluster/api-error.js';
import type { Reporter } from '../kit/reporter.js';
import { Deadline } from '../kit/deadline.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { followJob } from './follow-job.js';
import { withFailedContainers } from './failed-container.js';
import { failureText, type Run } from './report.js';
import { chooseCronJob, startJob } from './start-job.js';

interface RunNowRequest {
  /** Name of the CronJob to start from; by default regadm's own, otherwise the operator's. */
  cronJob?: string;
  /** Maximum time to follow the Job, in ms. */
  timeoutMs: number;
  /** Receives the Job's log in chunks. */
  log(chunk: Buffer): void;
}

/**
 * Starts a Job from a CronJob and follows it until it ends.
 * @throws RegadmError NO_CRON_JOB, PRUNE_RUNNING (exit status 4), JOB_TIMEOUT, INTERRUPTED; after the last two the Job
 *   keeps running; ApiError, or an error that names the Job if it was started and cannot be followed
 */
export async function runNow(
  api: ClusterApi,
  { cronJob: wanted, timeoutMs, log }: RunNowRequest,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Run> {
  const cronJob = await chooseCronJob(api, wanted);
  reporter.note(`about to start a job from CronJob ${cronJob.metadata.name} of ${api.server}`);
  const name = await startJob(api, cronJob);
  reporter.note(`started job ${REGISTRY_NAMESPACE}/${name} from CronJob ${cronJob.metadata.name}`);
  const deadline = new Deadline(timeoutMs, signal);
  try {
    const job = { name, cronJob: cronJob.metadata.name };
    const { note: heading, progress } = reporter;
    const options = { log, heading, progress, signal: deadline.signal };
    const run = await followJob(api, job, options);
    if (run.status === 'succeeded') reporter.note(`job ${REGISTRY_NAMESPACE}/${name} succeeded`);
    // What the result needs is known: a missing detail does not change it.
    const [explained = run] = await withFailedContainers(api, [run], { signal: deadline.signal }).catch(() => [run]);
    return explained;
  } catch (error) {
    if (signal.aborted) throw interrupted(signal.reason, name);
    throw deadline.signal.aborted ? timedOut(name) : lostSight(error, name);
  } finally {
    deadline.clear();
  }
}

/** Returns the error of a run that failed. */
export function jobFailed(run: Run): RegadmError {
  const { name } = run;
  const why = failureText(run);
  return new RegadmError(`job ${REGISTRY_NAMESPACE}/${name} failed${why === undefined ? '' : `: ${why}`}`, {
    code: 'JOB_FAILED',
    suggestions: [`show its details: oc -n ${REGISTRY_NAMESPACE} describe job/${name}`],
  });
}

function timedOut(job: string): RegadmError {
  return new RegadmError(`job ${REGISTRY_NAMESPACE}/${job} has not ended in time; it keeps running`, {
    code: 'JOB_TIMEOUT',
    suggestions: [`follow it: ${followCommand(job)}`, 'pass a longer --timeout'],
  });
}

/** Returns the error of a Job that cannot be followed to its end, for example because of a missing permission. */
function lostSight(error: unknown, job: string): unknown {
  if (!(error instanceof RegadmError)) return error;
  const grant = ADVICE.askForAdministrator(`get jobs, list pods and get pods/log in ${REGISTRY_NAMESPACE}`);
  return new RegadmError(`job ${REGISTRY_NAMESPACE}/${job} was started, but cannot be followed: ${error.message}`, {
    code: error.code,
    suggestions: [
      `the job may still run; see how it ends: oc -n ${REGISTRY_NAMESPACE} get job/${job}`,
      ...(isForbidden(error) ? [grant] : error.suggestions),
    ],
    cause: error,
  });
}

function interrupted(reason: unknown, job: string): unknown {
  if (!(reason instanceof RegadmError)) return reason;
  const { message, code, exitCode } = reason;
  const suggestions = [`the job keeps running: ${followCommand(job)}`];
  return new RegadmError(message, { code, exitCode, suggestions, cause: reason });
}

function followCommand(job: string): string {
  return `oc -n ${REGISTRY_NAMESPACE} logs -f job/${job}`;
}
