import { inRegistryNamespace } from '../../in-cluster/labels.js';
import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { cronProblem } from '../cron.js';
import { longestPeriods } from '../cron-times.js';

/** The name of the printed alert. */
export const ALERT = 'RegadmImagePrunerNotSucceeding';
/** Periods of the schedule without a success after which the alert fires. */
const PERIODS = 3;
/** Maximum time that the condition must hold, in s: the run of the last period can start late and takes time. */
const MAX_FOR_S = 3600;
const MIN_FOR_S = 60;

/** Returns a rule that fires when no run has succeeded for three periods of a valid schedule that starts runs. */
export function alertRule(schedule: string, severity: string): object {
  const windowSeconds = longestPeriods(schedule, PERIODS)!;
  const forSeconds = Math.min(MAX_FOR_S, Math.max(MIN_FOR_S, Math.floor(windowSeconds / PERIODS)));
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: inRegistryNamespace(OWN_CRON_JOB),
    spec: {
      groups: [
        {
          name: OWN_CRON_JOB,
          rules: [
            {
              alert: ALERT,
              expr: expression(windowSeconds),
              for: `${forSeconds}s`,
              labels: { severity, namespace: REGISTRY_NAMESPACE, cronjob: OWN_CRON_JOB },
              annotations: { summary: SUMMARY, description: description(windowSeconds) },
            },
          ],
        },
      ],
    },
  };
}

/** Returns the expression of the alert for a schedule; undefined if the schedule is invalid or starts no runs. */
export function alertExpression(schedule: string): string | undefined {
  const windowSeconds = cronProblem(schedule) === undefined ? longestPeriods(schedule, PERIODS) : undefined;
  return windowSeconds === undefined ? undefined : expression(windowSeconds);
}

/**
 * Returns the condition. A CronJob without a success has no time of it, so the time of its creation counts. A CronJob
 * that was suspended within the window has missed runs for that reason. `max by` makes one series of those that a
 * restart of kube-state-metrics duplicates.
 * @see https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/cronjob-metrics.md
 */
function expression(windowSeconds: number): string {
  const of = (metric: string): string => `${metric}{namespace="${REGISTRY_NAMESPACE}",cronjob="${OWN_CRON_JOB}"}`;
  return `(
  time() - max by (namespace, cronjob) (
    ${of('kube_cronjob_status_last_successful_time')}
    or
    ${of('kube_cronjob_created')}
  ) > ${windowSeconds}
)
unless on (namespace, cronjob)
max by (namespace, cronjob) (
  max_over_time(${of('kube_cronjob_spec_suspend')}[${windowSeconds}s])
) == 1
`;
}

const SUMMARY = `CronJob ${REGISTRY_NAMESPACE}/${OWN_CRON_JOB} has not succeeded for ${PERIODS} periods of its schedule.`;

function description(windowSeconds: number): string {
  const oc = `oc -n ${REGISTRY_NAMESPACE}`;
  return `No run of CronJob {{ $labels.namespace }}/{{ $labels.cronjob }} has succeeded for {{ $value | humanizeDuration }} (the alert fires after ${rounded(windowSeconds)}). Unused images stay, so the storage of the registry and etcd grow. Nothing in use is affected.
1. List the last runs and why they failed: regadm prune schedule
2. Read the log of a failed run; its exit status is 3 if some deletions failed, and 4 if a guard refused: ${oc} get jobs -l app.kubernetes.io/name=${OWN_CRON_JOB}; ${oc} logs job/NAME --all-containers
3. If there are no runs, check why no pod starts: regadm doctor; ${oc} describe cronjob/${OWN_CRON_JOB}
4. When the cause is removed, start a run and follow it: regadm prune schedule --run-now`;
}

function rounded(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const hours = Math.round(seconds / 360) / 10;
  return hours >= 1 ? `${hours} h` : `${Math.round(seconds / 60)} min`;
}
