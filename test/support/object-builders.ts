import type { KubeObject } from '../../src/core/model/kube.js';
import { NOW } from './builders.js';

type Owner = Record<string, unknown>;

/** Minutes before `NOW`, as a timestamp. */
export function minutesAgo(minutes: number): string {
  return new Date(NOW - minutes * 60_000).toISOString().replace('.000Z', 'Z');
}

/** The references of a BuildConfig, a DeploymentConfig or a Deployment to what it owns. */
export function ownedBy(kind: string, name: string, more: Owner = {}): Owner {
  const apiVersion = { BuildConfig: 'build.openshift.io/v1', DeploymentConfig: 'apps.openshift.io/v1' }[kind];
  return { apiVersion: apiVersion ?? 'apps/v1', kind, name, uid: `uid-of-${name}`, controller: true, ...more };
}

/** A build that ended two days ago; of a BuildConfig whose name is that of the build without its number. */
export function aBuild(key: string, more: { metadata?: object; status?: object } = {}): KubeObject {
  const [namespace = '', name = ''] = key.split('/');
  const number = /-(\d+)$/.exec(name)?.[1] ?? '1';
  return {
    metadata: {
      ...commonOf(namespace, name),
      annotations: { 'openshift.io/build.number': number },
      ...more.metadata,
    },
    status: { phase: 'Complete', config: { namespace, name: name.replace(/-\d+$/, '') }, ...more.status },
  };
}

/** A ReplicationController of a DeploymentConfig, without replicas, from two days ago. */
export function aReplicationController(
  key: string,
  more: { metadata?: object; phase?: string; replicas?: number } = {},
): KubeObject {
  const [namespace = '', name = ''] = key.split('/');
  const { phase = 'Complete', replicas = 0 } = more;
  return {
    metadata: {
      ...commonOf(namespace, name),
      annotations: {
        'openshift.io/deployment.phase': phase,
        'openshift.io/deployment-config.latest-version': /-(\d+)$/.exec(name)?.[1] ?? '1',
      },
      ownerReferences: [ownedBy('DeploymentConfig', name.replace(/-\d+$/, ''))],
      ...more.metadata,
    },
    spec: { replicas },
    status: { replicas },
  };
}

/** A ReplicaSet of a Deployment, without replicas, from two days ago. */
export function aReplicaSet(key: string, more: { metadata?: object; replicas?: number } = {}): KubeObject {
  const [namespace = '', name = ''] = key.split('/');
  const { replicas = 0 } = more;
  return {
    metadata: {
      ...commonOf(namespace, name),
      annotations: { 'deployment.kubernetes.io/revision': /-(\d+)$/.exec(name)?.[1] ?? '1' },
      ownerReferences: [ownedBy('Deployment', name.replace(/-\d+$/, ''))],
      ...more.metadata,
    },
    spec: { replicas },
    status: { replicas },
  };
}

/** A BuildConfig, a DeploymentConfig or a Deployment. */
export function anOwner(key: string, metadata: object = {}): KubeObject {
  const [namespace = '', name = ''] = key.split('/');
  return { metadata: { namespace, name, uid: `uid-of-${name}`, ...metadata } };
}

function commonOf(namespace: string, name: string) {
  return {
    namespace,
    name,
    uid: `uid-of-${namespace}-${name}`,
    resourceVersion: '1',
    creationTimestamp: minutesAgo(2880),
  };
}
