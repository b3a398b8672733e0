/** Amounts of the resources of a container. */
export interface Resources {
  requests?: Record<string, string | number>;
  limits?: Record<string, string | number>;
}

export interface PodSettings {
  resources: Resources;
  priorityClass: string;
  placement: Placement;
}

/** On which nodes a pod runs: fields of a pod, which the ImagePruner has, too. */
export interface Placement {
  tolerations?: Record<string, unknown>[];
  nodeSelector?: Record<string, string>;
  affinity?: Record<string, unknown>;
}

/** Settings of a placement. */
export const PLACEMENT_KEYS = ['tolerations', 'nodeSelector', 'affinity'] as const satisfies (keyof Placement)[];

/** The priority class of the pods, unless a flag names another one. */
export const DEFAULT_PRIORITY_CLASS = 'system-cluster-critical';

/** The SCC that the pod is admitted with, whatever else the service account may use. */
export const REQUIRED_SCC = { 'openshift.io/required-scc': 'restricted-v2' };

/**
 * What the restricted SCC of OpenShift wants, and nothing to write: regadm needs no file system of its own.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const SECURITY_CONTEXT = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};
