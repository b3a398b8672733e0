import type { KubeObject } from '../kube.js';
import type { Referrer } from '../referrer.js';
import { reduceBuild, reduceBuildConfig } from './build.js';
import { isRecord } from '../values/json.js';
import { podSpecReferences, uncheckedPodSpec, type PodSpec } from './pod-spec.js';
import { reducePod } from './pod.js';
import { annotatedTriggers, imageChangeTriggers } from './triggers.js';

type Template = { spec?: PodSpec } | null | undefined;

/** Resources that use images, in the order in which their errors are listed, with the function that reduces each. */
export const REFERRER_KINDS = {
  pods: reducePod,
  replicationcontrollers: templated('ReplicationController'),
  deploymentconfigs: reduceDeploymentConfig,
  replicasets: templated('ReplicaSet'),
  deployments: templated('Deployment'),
  daemonsets: templated('DaemonSet'),
  statefulsets: templated('StatefulSet'),
  jobs: templated('Job'),
  cronjobs: templated(
    'CronJob',
    (spec) => (spec.jobTemplate as { spec?: { template?: Template } } | undefined)?.spec?.template,
  ),
  controllerrevisions: reduceControllerRevision,
  builds: reduceBuild,
  buildconfigs: reduceBuildConfig,
} satisfies Record<string, (object: KubeObject) => Referrer>;

export type ReferrerResource = keyof typeof REFERRER_KINDS;

/**
 * Returns the function that reduces a workload to the images in its pod template, if it has one, and to the tags that
 * the triggers in its annotation watch.
 */
function templated(
  kind: string,
  templateOf: (spec: Record<string, unknown>) => Template = (spec) => spec.template as Template,
): (object: KubeObject) => Referrer {
  return (object) => ({
    kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    references: [...podSpecReferences(templateOf(object.spec ?? {})?.spec), ...annotatedTriggers(object)],
  });
}

/** Reduces a deployment config like the other workloads, and to the tags that its triggers watch. */
function reduceDeploymentConfig(object: KubeObject): Referrer {
  const referrer = templated('DeploymentConfig')(object);
  return { ...referrer, references: [...referrer.references, ...imageChangeTriggers(object)] };
}

/**
 * Reduces an older revision of a stateful set or a daemon set to the images in its pod template, which a rollback or a
 * partition starts again. Revisions of other kinds have no pod template. The API server does not check the content of a
 * revision: a value that is not a pod template starts no pod.
 */
function reduceControllerRevision(object: KubeObject): Referrer {
  const template = recordIn(recordIn(object.data).spec).template;
  return {
    kind: 'ControllerRevision',
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    references: podSpecReferences(uncheckedPodSpec(recordIn(template).spec)).map((reference) => ({
      ...reference,
      extended: true,
    })),
  };
}

function recordIn(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** Kind of each resource's objects. */
export const REFERRER_KIND_NAMES: Record<ReferrerResource, string> = {
  pods: 'Pod',
  replicationcontrollers: 'ReplicationController',
  deploymentconfigs: 'DeploymentConfig',
  replicasets: 'ReplicaSet',
  deployments: 'Deployment',
  daemonsets: 'DaemonSet',
  statefulsets: 'StatefulSet',
  jobs: 'Job',
  cronjobs: 'CronJob',
  controllerrevisions: 'ControllerRevision',
  builds: 'Build',
  buildconfigs: 'BuildConfig',
};
