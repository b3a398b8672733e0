import type { KubeObject } from '../../core/model/kube.js';
import { REGISTRY_CLAIM, REGISTRY_DEPLOYMENT, REGISTRY_NAMESPACE } from '../names.js';
import type { SandboxOptions } from '../types.js';

export const REGISTRY_LABELS = { 'docker-registry': 'default' };
export const REGISTRY_IMAGE =
  'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:5a9a9d1b1b4c3b7a0a8d5a3d9c6c1b0e4f2a7d8c9b0e1f2a3b4c5d6e7f8a9b0c';

const READ_ONLY_ENV = { name: 'REGISTRY_STORAGE_MAINTENANCE_READONLY', value: '{enabled: true}' };

/** Returns the environment of the registry container (the recorded part). */
export function registryEnvironment(readOnly: boolean): { name: string; value: string }[] {
  return [
    { name: 'REGISTRY_STORAGE', value: 'filesystem' },
    { name: 'REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY', value: '/registry' },
    { name: 'REGISTRY_HTTP_ADDR', value: ':5000' },
    { name: 'REGISTRY_LOG_LEVEL', value: 'info' },
    { name: 'REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR', value: 'inmemory' },
    { name: 'REGISTRY_STORAGE_DELETE_ENABLED', value: 'true' },
    { name: 'REGISTRY_OPENSHIFT_SERVER_ADDR', value: 'image-registry.openshift-image-registry.svc:5000' },
    ...(readOnly ? [READ_ONLY_ENV] : []),
  ];
}

/** Returns whether a pod or template runs the registry in read-only mode. */
export function isReadOnly(spec: unknown): boolean {
  const containers =
    (spec as { containers?: { env?: { name: string; value?: string }[] }[] } | undefined)?.containers ?? [];
  return containers.some((container) =>
    container.env?.some(({ name, value }) => name === READ_ONLY_ENV.name && value === READ_ONLY_ENV.value),
  );
}

/** Makes the pod template of the Deployment that the operator writes for a Config. */
export function registryTemplate(config: KubeObject, annotations?: Record<string, string>): Record<string, unknown> {
  return {
    metadata: { labels: REGISTRY_LABELS, ...(annotations ? { annotations } : {}) },
    spec: {
      serviceAccountName: 'registry',
      containers: [
        {
          name: 'registry',
          image: REGISTRY_IMAGE,
          ports: [{ containerPort: 5000, protocol: 'TCP' }],
          env: registryEnvironment(config.spec?.readOnly === true),
          volumeMounts: [{ name: 'registry-storage', mountPath: '/registry' }],
        },
      ],
      volumes: [{ name: 'registry-storage', ...volumeSource(config) }],
    },
  };
}

function volumeSource(config: KubeObject): object {
  const storage = config.spec?.storage as { emptyDir?: object } | undefined;
  return storage?.emptyDir ? { emptyDir: {} } : { persistentVolumeClaim: { claimName: REGISTRY_CLAIM } };
}

/** Makes the Deployment that the operator creates; its controller has not observed it yet. */
export function registryDeployment(config: KubeObject): KubeObject {
  const replicas = Number(config.spec?.replicas ?? 1);
  const recreate = config.spec?.rolloutStrategy === 'Recreate';
  return {
    metadata: { name: REGISTRY_DEPLOYMENT, namespace: REGISTRY_NAMESPACE, labels: REGISTRY_LABELS, generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: REGISTRY_LABELS },
      strategy: recreate
        ? { type: 'Recreate' }
        : { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: registryTemplate(config),
    },
    status: {},
  };
}

/** Makes the Config `cluster` of the operator. */
export function registryConfig({
  replicas = 1,
  registryReadOnly = false,
  managementState = 'Managed',
  emptyDir = false,
}: SandboxOptions): KubeObject {
  const storage = emptyDir ? { emptyDir: {} } : { pvc: { claim: REGISTRY_CLAIM } };
  return {
    metadata: { name: 'cluster', generation: 1, finalizers: ['imageregistry.operator.openshift.io/finalizer'] },
    spec: {
      managementState,
      logLevel: 'Normal',
      replicas,
      ...(registryReadOnly ? { readOnly: true } : {}),
      rolloutStrategy: replicas > 1 ? 'RollingUpdate' : 'Recreate',
      defaultRoute: true,
      storage: { managementState: 'Unmanaged', ...storage },
    },
    status: { observedGeneration: 1, storage, conditions: [] },
  };
}
