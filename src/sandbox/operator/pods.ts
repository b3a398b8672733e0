import { createHash, randomBytes } from 'node:crypto';
import { REGISTRY_NAMESPACE } from '../names.js';
import { condition, hasCondition } from './conditions.js';
import type { Store } from '../api/store.js';
import type { KubeObject } from '../../core/model/kube.js';

/** Computes the hash of the Deployment's template, which its pods have as a label. */
export function templateHash(deployment: KubeObject): string {
  return createHash('sha256').update(JSON.stringify(deployment.spec?.template)).digest('hex').slice(0, 10);
}

const HASH_LABEL = 'pod-template-hash';

/** Returns the template hash of a pod. */
export function templateHashOf(pod: KubeObject): string | undefined {
  return pod.metadata.labels?.[HASH_LABEL];
}

interface Template {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: { containers: { name: string; image: string }[] };
}

/** Makes a new pod of the Deployment in phase Pending. */
export function newPod(deployment: KubeObject): KubeObject {
  const hash = templateHash(deployment);
  const template = deployment.spec?.template as Template;
  const { name } = deployment.metadata;
  return {
    metadata: {
      name: `${name}-${hash}-${randomBytes(3).toString('hex').slice(0, 5)}`,
      namespace: REGISTRY_NAMESPACE,
      labels: { ...template.metadata.labels, [HASH_LABEL]: hash },
      annotations: template.metadata.annotations,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${hash}`, controller: true }],
    },
    spec: { ...template.spec, nodeName: 'worker-0' },
    status: { phase: 'Pending', conditions: [condition('Ready', false)], containerStatuses: [] },
  };
}

/** Makes the ReplicaSet that owns the pods of a template. */
export function replicaSet(deployment: KubeObject): KubeObject {
  const hash = templateHash(deployment);
  const template = deployment.spec?.template as Template;
  const labels = { ...template.metadata.labels, [HASH_LABEL]: hash };
  return {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: REGISTRY_NAMESPACE,
      labels,
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment.metadata.name, controller: true },
      ],
    },
    spec: {
      replicas: deployment.spec?.replicas,
      selector: { matchLabels: labels },
      template: { ...template, metadata: { labels } },
    },
    status: { replicas: deployment.spec?.replicas },
  };
}

/** Returns the pod in its next state: Pending → Running, not ready → ready. */
export function advance(pod: KubeObject, now: string): KubeObject {
  const ready = pod.status?.phase === 'Running';
  const statuses = containerStatuses(pod, { ready, state: { running: { startedAt: now } } });
  const conditions = [condition('PodScheduled', true), condition('ContainersReady', ready), condition('Ready', ready)];
  return { ...pod, status: { phase: 'Running', podIP: '10.128.2.17', conditions, containerStatuses: statuses } };
}

/** Makes the container statuses of a pod; all containers are in the same state. */
export function containerStatuses(pod: KubeObject, { ready, state }: { ready: boolean; state: object }): object[] {
  const containers = (pod.spec?.containers ?? []) as Template['spec']['containers'];
  return containers.map(({ name, image }) => ({
    name,
    image,
    imageID: image,
    ready,
    started: true,
    restartCount: 0,
    state,
  }));
}

export function isReady(pod: KubeObject): boolean {
  return pod.status?.phase === 'Running' && hasCondition(pod, 'Ready');
}

export function isTerminating(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Lists the registry's pods, oldest revision first. */
export function registryPods(store: Store): KubeObject[] {
  return store
    .entries(store.resource('pods'), REGISTRY_NAMESPACE)
    .map((entry) => entry.read())
    .filter((pod) => pod.metadata.labels?.['docker-registry'] === 'default')
    .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
}
