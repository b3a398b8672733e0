import type { KubeObject } from '../../model/kube.js';

/** A run that ends within fewer seconds has hardly started. */
export const SHORTEST_RUN = 60;

/** A CronJob, with the fields that the checks read. */
export interface CronJob extends KubeObject {
  spec?: {
    schedule?: string;
    suspend?: boolean;
    concurrencyPolicy?: string;
    startingDeadlineSeconds?: number;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate?: { spec?: JobSpec };
    [key: string]: unknown;
  };
  status?: { lastSuccessfulTime?: string; [key: string]: unknown };
}

interface JobSpec {
  backoffLimit?: number;
  activeDeadlineSeconds?: number;
  template?: PodTemplate;
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: PodSpec;
}

interface PodSpec {
  serviceAccountName?: string;
  restartPolicy?: string;
  priorityClassName?: string;
  nodeSelector?: Record<string, string>;
  tolerations?: object[];
  affinity?: object;
  containers?: Container[];
  initContainers?: Container[];
}

export interface Container {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: object }[];
  envFrom?: object[];
  resources?: { requests?: Record<string, string | number>; limits?: Record<string, string | number> };
  terminationMessagePolicy?: string;
  securityContext?: { readOnlyRootFilesystem?: boolean };
}

/** Returns the settings of the jobs that a CronJob starts. */
export function jobSpec(cronJob: CronJob): JobSpec {
  return cronJob.spec?.jobTemplate?.spec ?? {};
}

/** Returns the settings of the pods that a CronJob starts. */
export function podSpec(cronJob: CronJob): PodSpec {
  return jobSpec(cronJob).template?.spec ?? {};
}

/** Lists the containers of the pods, in the order in which they run, with the field of the pod that contains them. */
export function containersOf(cronJob: CronJob): [field: 'initContainers' | 'containers', container: Container][] {
  const { initContainers = [], containers = [] } = podSpec(cronJob);
  return [
    ...initContainers.map((container): ['initContainers', Container] => ['initContainers', container]),
    ...containers.map((container): ['containers', Container] => ['containers', container]),
  ];
}

/** Returns the service account that the pods run as. */
export function serviceAccountOf(cronJob: CronJob): string {
  return podSpec(cronJob).serviceAccountName || 'default';
}
