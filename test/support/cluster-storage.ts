import type { Sandbox } from '../../src/sandbox/index.js';

const NAMESPACE = 'openshift-image-registry';

/** What the cluster states about the storage of its registry. */
export interface StorageStatements {
  /** Storage in the status of the operator's config; default: none. */
  status?: object;
  /** Variables of the registry's Deployment, besides those that it has. */
  env?: Record<string, string> | object[];
  envFrom?: object[];
  /** Data of the registry's secret; undefined: it does not exist. */
  secret?: Record<string, string>;
  managementState?: string;
}

/** Returns variables as a container has them. */
export function toVariables(env: Record<string, string> | object[]): object[] {
  return Array.isArray(env) ? env : Object.entries(env).map(([name, value]) => ({ name, value }));
}

/** Returns the data of a secret as the API has it. */
export function toSecretData(data: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

/** Writes what states the storage of the registry to a sandbox with an operator. */
export function stateStorage(sandbox: Sandbox, statements: StorageStatements): void {
  const { status = {}, env = {}, envFrom, secret, managementState = 'Managed' } = statements;
  const { store } = sandbox;
  const config = store.get('configs', 'cluster')!;
  const { storage: _old, ...spec } = config.spec!;
  store.put('configs', {
    ...config,
    spec: { ...spec, managementState },
    status: { ...config.status, storage: status },
  });
  const deployment = store.get('deployments', NAMESPACE, 'image-registry')!;
  const { template } = deployment.spec as { template: { spec: { containers: { env: { name: string }[] }[] } } };
  const container = template.spec.containers[0]!;
  const kept = container.env.filter(({ name }) => !name.startsWith('REGISTRY_STORAGE'));
  Object.assign(container, { env: [...kept, ...toVariables(env)], ...(envFrom ? { envFrom } : {}) });
  store.put('deployments', deployment);
  if (secret) putSecret(sandbox, 'image-registry-private-configuration', secret);
}

/** Writes a secret of the registry's namespace. */
export function putSecret({ store }: Sandbox, name: string, data: Record<string, string>): void {
  store.put('secrets', { metadata: { name, namespace: NAMESPACE }, data: toSecretData(data) });
}
