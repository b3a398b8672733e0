import type { KubeObject } from '../../model/kube.js';

/** A CronJob, with the fields that the checks read. */
export interface CronJob extends KubeObject {
  spec?: {
    schedule?: string;
    suspend?: boolean;
    concurrencyPolicy?: string;
    startingDeadlineSeconds?: number;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate?: { spec?: { backoffLimit?: number; template?: PodTemplate } };
    [key: string]: unknown;
  };
  status?: { lastSuccessfulTime?: string; [key: string]: unknown };
}

interface PodTemplate {
  metadata?: { annotations?: Record<string, string> };
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
  resources?: { requests?: Record<string, string | number> };
  terminationMessagePolicy?: string;
  securityContext?: { readOnlyRootFilesystem?: boolean };
}

/** Returns the settings of the pods that a CronJob starts. */
export function podSpec(cronJob: CronJob): PodSpec {
  return cronJob.spec?.jobTemplate?.spec?.template?.spec ?? {};
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
