import { inRegistryNamespace, labelsOf } from './labels.js';

/** When Jobs run, and how many of them are kept. */
export interface RunSettings {
  schedule: string;
  suspend: boolean;
  /** Maximum delay of a start, in s; after that, the run is skipped. */
  startingDeadlineSeconds: number;
  /** Maximum time of a run, in s; undefined: no limit. */
  activeDeadlineSeconds?: number;
  successfulJobsHistoryLimit: number;
  failedJobsHistoryLimit: number;
}

/** A pod, and the annotations that it needs. */
interface Pod {
  annotations: Record<string, string>;
  spec: object;
}

/**
 * Returns a CronJob that never starts a run while another one is active.
 * @param shards as in `jobSpec`
 */
export function cronJobOf(app: string, settings: RunSettings, pod: Pod, shards?: number): object {
  const { schedule, suspend, startingDeadlineSeconds, activeDeadlineSeconds, ...limits } = settings;
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: inRegistryNamespace(app),
    spec: {
      schedule,
      // Absent, `oc apply` keeps a CronJob suspended that an administrator has suspended.
      ...(suspend ? { suspend } : {}),
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds,
      ...limits,
      jobTemplate: { metadata: { labels: labelsOf(app) }, spec: jobSpec(app, activeDeadlineSeconds, pod, shards) },
    },
  };
}

/** Failed pods that an Indexed Job replaces, per shard. It ends all of its pods when there are more. */
const RETRIES_PER_SHARD = 2;

/**
 * Returns the spec of a Job. A failed run is not repeated (`backoffLimit: 0`, and `restartPolicy: Never` of the pod): a
 * refusal would be the same again, and its message would be lost with the pod.
 * @param shards number of pods of an Indexed Job, which run at the same time. A failed one is replaced, because a Job
 *   that does not do so ends all others with it
 */
export function jobSpec(app: string, activeDeadlineSeconds: number | undefined, pod: Pod, shards?: number): object {
  const indexed = shards !== undefined && { completionMode: 'Indexed', completions: shards, parallelism: shards };
  return {
    ...indexed,
    backoffLimit: RETRIES_PER_SHARD * (shards ?? 0),
    ...(activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds }),
    template: { metadata: { labels: labelsOf(app), annotations: pod.annotations }, spec: pod.spec },
  };
}
