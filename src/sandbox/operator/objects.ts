import type { KubeObject } from '../../core/model/kube.js';
import { REGISTRY_CLAIM, REGISTRY_DEPLOYMENT, REGISTRY_NAMESPACE, REGISTRY_SERVICE } from '../names.js';
import { REGISTRY_IMAGE, REGISTRY_LABELS } from './deployment.js';
import { imagePruner, prunerCronJob } from './image-pruner.js';

const inNamespace = (name: string): KubeObject['metadata'] => ({ name, namespace: REGISTRY_NAMESPACE });

/** Makes the operator's objects other than the Deployment, by resource. @param host `HOST:PORT` of the registry */
export function operatorObjects(host: string): Record<string, KubeObject[]> {
  return {
    serviceaccounts: ['registry', 'pruner', 'cluster-image-registry-operator'].map((name) => ({
      metadata: inNamespace(name),
    })),
    services: [service()],
    routes: [route(host)],
    persistentvolumeclaims: [claim()],
    persistentvolumes: [volume()],
    'images.config.openshift.io': [imageConfig(host)],
    clusteroperators: [clusterOperator()],
    nodes: [node()],
    imagepruners: [imagePruner()],
    cronjobs: [prunerCronJob()],
  };
}

function service(): KubeObject {
  return {
    metadata: { ...inNamespace(REGISTRY_DEPLOYMENT), labels: REGISTRY_LABELS },
    spec: {
      selector: REGISTRY_LABELS,
      ports: [{ name: '5000-tcp', port: 5000, protocol: 'TCP', targetPort: 5000 }],
    },
  };
}

function route(host: string): KubeObject {
  return {
    metadata: inNamespace('default-route'),
    spec: { host, to: { kind: 'Service', name: REGISTRY_DEPLOYMENT }, tls: { termination: 'reencrypt' } },
    status: { ingress: [{ host, conditions: [{ type: 'Admitted', status: 'True' }] }] },
  };
}

function claim(): KubeObject {
  return {
    metadata: inNamespace(REGISTRY_CLAIM),
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '100Gi' } },
      volumeName: REGISTRY_CLAIM,
    },
    status: { phase: 'Bound' },
  };
}

function volume(): KubeObject {
  return {
    metadata: { name: REGISTRY_CLAIM },
    spec: {
      capacity: { storage: '100Gi' },
      accessModes: ['ReadWriteOnce'],
      claimRef: inNamespace(REGISTRY_CLAIM),
    },
    status: { phase: 'Bound' },
  };
}

function imageConfig(host: string): KubeObject {
  return {
    metadata: { name: 'cluster' },
    spec: {},
    status: { internalRegistryHostname: REGISTRY_SERVICE, externalRegistryHostnames: [host] },
  };
}

function clusterOperator(): KubeObject {
  return {
    metadata: { name: 'image-registry' },
    spec: {},
    status: { versions: [{ name: 'operator', version: '4.13.0' }] },
  };
}

function node(): KubeObject {
  return {
    metadata: {
      name: 'worker-0',
      labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/hostname': 'worker-0' },
    },
    spec: {},
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      images: [{ names: [REGISTRY_IMAGE], sizeBytes: 450_000_000 }],
    },
  };
}
