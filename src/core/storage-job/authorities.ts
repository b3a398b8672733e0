import { inRegistryNamespace, labelsOf } from '../in-cluster/labels.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { isService } from '../operator/registry-storage/places.js';
import type { StorageJobRequest } from './request.js';

const DIRECTORY = '/etc/regadm';
/** Where OpenShift mounts the authority of the cluster's services, the registry included, in every pod. */
export const SERVICE_CA = '/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt';

const OWN_DIRECTORY = `${DIRECTORY}/authorities`;

/** Where the cluster's trusted authorities are: OpenShift writes them into a config map with this label. */
const INJECT = { 'config.openshift.io/inject-trusted-cabundle': 'true' };
const TRUSTED_KEY = 'ca-bundle.crt';
const TRUSTED_DIRECTORY = `${DIRECTORY}/trusted-ca`;

/** Config maps with authorities, and what the pod needs to use them. */
export interface Authorities {
  objects: object[];
  volumes: object[];
  mounts: object[];
  env: object[];
  args: string[];
}

/**
 * Returns the authorities that the Job trusts besides those of its image.
 * @param isRemote true if it connects to a server outside the cluster
 */
export function authorities(request: StorageJobRequest, isRemote: boolean): Authorities {
  const { app } = request.job;
  const given = Object.entries(request.authorities) as [flag: string, certificates: readonly string[]][];
  const all = combine(isRemote ? trusted(app) : NOTHING, given.length > 0 ? own(app, given) : NOTHING);
  return usesServiceAuthority(request) ? { ...all, args: [...all.args, `--storage-ca=${SERVICE_CA}`] } : all;
}

/**
 * True if the storage that the user names is a service of the cluster. If it is that of the registry, the Job reads the
 * authority as `--storage cluster` does everywhere.
 */
function usesServiceAuthority({ storage, authorities: { 'storage-ca': given } }: StorageJobRequest): boolean {
  return storage !== 'cluster' && !given && !storage.endpoint?.startsWith('http:') && isService(storage.endpoint);
}

const NOTHING: Authorities = { objects: [], volumes: [], mounts: [], env: [], args: [] };

function combine(a: Authorities, b: Authorities): Authorities {
  return {
    objects: [...a.objects, ...b.objects],
    volumes: [...a.volumes, ...b.volumes],
    mounts: [...a.mounts, ...b.mounts],
    env: [...a.env, ...b.env],
    args: [...a.args, ...b.args],
  };
}

/** Where nothing fills the config map, as outside OpenShift, the Job trusts only the authorities of its image. */
function trusted(app: string): Authorities {
  const name = `${app}-trusted-ca`;
  const metadata = { name, namespace: REGISTRY_NAMESPACE, labels: { ...labelsOf(app), ...INJECT } };
  return {
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata }],
    volumes: [{ name: 'trusted-ca', configMap: { name, optional: true } }],
    mounts: [{ name: 'trusted-ca', mountPath: TRUSTED_DIRECTORY, readOnly: true }],
    env: [{ name: 'NODE_EXTRA_CA_CERTS', value: `${TRUSTED_DIRECTORY}/${TRUSTED_KEY}` }],
    args: [],
  };
}

function own(app: string, given: [flag: string, certificates: readonly string[]][]): Authorities {
  const data = Object.fromEntries(given.map(([flag, certificates]) => [`${flag}.crt`, `${certificates.join('\n')}\n`]));
  return {
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: inRegistryNamespace(app), data }],
    volumes: [{ name: 'authorities', configMap: { name: app } }],
    mounts: [{ name: 'authorities', mountPath: OWN_DIRECTORY, readOnly: true }],
    env: [],
    args: given.map(([flag]) => `--${flag}=${OWN_DIRECTORY}/${flag}.crt`),
  };
}
