import type { ClusterApi } from '../../src/core/cluster/api.js';
import { toSecretData, toVariables } from './cluster-storage.js';
import { aResponse, fakeApi, type RecordedRequest } from './fake-api.js';

/** What a cluster states about the storage of its registry. */
export interface Settings {
  /** Storage in the status of the operator's config; undefined: there is no config. */
  status?: object;
  spec?: object;
  managementState?: string;
  /** Variables of the Deployment; undefined: there is no Deployment. */
  env?: Record<string, string> | object[];
  envFrom?: object[];
  /** Volume that is mounted at /registry. */
  volume?: object;
  /** Data by `NAMESPACE/NAME`; the namespace of the registry can be omitted. */
  secrets?: Record<string, Record<string, string>>;
  configMaps?: Record<string, Record<string, string>>;
  /** Paths that end with one of these are forbidden. */
  forbidden?: string[];
  /** Answers the request for a token. Default: a token. */
  token?: () => ReturnType<typeof aResponse>;
}

const TOKEN = 'token-of-the-service-account';

/** Makes a fake API server with these settings. */
export function fakeSettings(settings: Settings): { api: ClusterApi; requests: RecordedRequest[] } {
  const objects = objectsOf(settings);
  return fakeApi(({ method, path }) => {
    const [, , resource = '', name = ''] = /(?:namespaces\/([^/]+)\/)?([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (settings.forbidden?.some((end) => path.endsWith(end)))
      return aResponse(403, { kind: 'Status', status: 'Failure', reason: 'Forbidden', message: 'not you' });
    if (method === 'POST' && path.endsWith('/serviceaccounts/registry/token'))
      return settings.token?.() ?? aResponse(201, { kind: 'TokenRequest', status: { token: TOKEN } });
    const object = objects.get(path);
    if (object) return aResponse(200, object);
    const details = { name, kind: resource };
    return aResponse(404, { kind: 'Status', status: 'Failure', reason: 'NotFound', message: 'not found', details });
  });
}

function objectsOf(settings: Settings): Map<string, object> {
  const { status, spec, managementState = 'Managed', secrets = {}, configMaps = {} } = settings;
  const objects = new Map<string, object>();
  if (status || spec)
    objects.set('/apis/imageregistry.operator.openshift.io/v1/configs/cluster', {
      ...{ apiVersion: 'imageregistry.operator.openshift.io/v1', kind: 'Config', metadata: { name: 'cluster' } },
      spec: { managementState, storage: spec ?? {} },
      status: { storage: status ?? {} },
    });
  if (settings.env) objects.set(pathOf('apis/apps/v1', 'deployments', 'image-registry'), deploymentOf(settings));
  for (const [name, data] of Object.entries(secrets)) {
    const object = { apiVersion: 'v1', kind: 'Secret', data: toSecretData(data) };
    objects.set(pathOf('api/v1', 'secrets', name), { ...object, metadata: metadataOf(name) });
  }
  for (const [name, data] of Object.entries(configMaps))
    objects.set(pathOf('api/v1', 'configmaps', name), {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', data, metadata: metadataOf(name) },
    });
  return objects;
}

function deploymentOf({ env = {}, envFrom, volume }: Settings): object {
  const container = { name: 'registry', env: toVariables(env), envFrom };
  const mounts = volume ? { volumeMounts: [{ name: 'registry-storage', mountPath: '/registry' }] } : {};
  const volumes = volume ? [{ name: 'registry-storage', ...volume }] : [];
  return {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadataOf('image-registry') },
    spec: { template: { spec: { containers: [{ ...container, ...mounts }], volumes } } },
  };
}

function metadataOf(name: string): { name: string; namespace: string } {
  const [last = '', namespace = 'openshift-image-registry'] = name.split('/').reverse();
  return { name: last, namespace };
}

function pathOf(api: string, resource: string, object: string): string {
  const { name, namespace } = metadataOf(object);
  return `/${api}/namespaces/${namespace}/${resource}/${name}`;
}
