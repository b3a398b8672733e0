import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { ApiError } from '../../cluster/api-error.js';
import { parseQuantity } from '../../model/quantity.js';
import { IMAGE_CONFIG_PATH } from '../../model/openshift.js';
import { CONFIG_PATH } from '../../operator/config.js';
import { isReady, listRegistryPodObjects } from '../../operator/pods.js';
import { NAMES } from '../render/registry-objects.js';
import { checker, type EdgeCheck } from './check.js';

const { passed, failed, warning } = checker('cluster');

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** The registry's Config: managed, available, not degraded, on a claim. @throws ApiError */
export async function checkConfig(api: ClusterApi): Promise<EdgeCheck[]> {
  const name = 'registry-config';
  const { spec = {}, status = {} } = await api.get<KubeObject>(CONFIG_PATH);
  const conditions = (status.conditions ?? []) as Condition[];
  const bad = conditions.filter(({ type, status: is }) =>
    type === 'Available' ? is !== 'True' : type === 'Degraded' && is === 'True',
  );
  const remedy = 'look at the operator: oc describe configs.imageregistry.operator.openshift.io/cluster';
  if (spec.managementState !== undefined && spec.managementState !== 'Managed') {
    return [failed(name, `managementState is ${String(spec.managementState)}`, 'set spec.managementState to Managed')];
  }
  if (bad.length > 0)
    return bad.map(({ type, status: is, reason = '', message = '' }) =>
      failed(name, `${type} is ${is}: ${reason} ${message}`.trim(), remedy),
    );
  if (!claimOf(spec))
    return [failed(name, 'the registry has no claim for its storage', `set spec.storage.pvc.claim to ${NAMES.claim}`)];
  return [passed(name, `available, on claim ${claimOf(spec)}`)];
}

/** The cluster's image configuration: there, with no condition that tells of an error, and with the registry's name. @throws ApiError */
export async function checkImageConfig(api: ClusterApi): Promise<EdgeCheck[]> {
  const name = 'image-config';
  const { status = {} } = await api.get<KubeObject>(IMAGE_CONFIG_PATH);
  const bad = ((status.conditions ?? []) as Condition[]).filter(
    ({ type, status: is }) => /degraded|fail|error/i.test(type) && is === 'True',
  );
  if (bad.length > 0)
    return bad.map(({ type, message = '' }) =>
      failed(name, `${type}: ${message}`, 'look at it: oc describe image.config.openshift.io/cluster'),
    );
  if (!status.internalRegistryHostname)
    return [
      warning(
        name,
        'no internalRegistryHostname: builds and image streams do not know the registry',
        'wait until the operator has written it',
      ),
    ];
  return [passed(name, `the registry is known as ${String(status.internalRegistryHostname)}`)];
}

/** The claim and its volume: bound to each other, used by the registry, on the mounted path. @throws ApiError */
export async function checkVolume(api: ClusterApi, path: string): Promise<EdgeCheck[]> {
  const claimName = claimOf((await api.get<KubeObject>(CONFIG_PATH)).spec ?? {}) ?? NAMES.claim;
  const claim = await api.get<KubeObject>(`/api/v1/namespaces/${NAMES.namespace}/persistentvolumeclaims/${claimName}`);
  const phase = String(claim.status?.phase ?? 'Unknown');
  const volumeName = claim.spec?.volumeName as string | undefined;
  if (phase !== 'Bound' || !volumeName) {
    return [
      failed(
        'claim',
        `claim ${claimName} is ${phase}`,
        'compare class, access modes and size of claim and volume: regadm edge lint FILES',
      ),
    ];
  }
  const volume = await api.get<KubeObject>(`/api/v1/persistentvolumes/${volumeName}`);
  return [
    passed('claim', `claim ${claimName} is bound to volume ${volumeName}`),
    volumeCheck(volume, claimName, path),
    ...(await useCheck(api, claimName)),
  ];
}

function volumeCheck({ metadata, spec = {}, status = {} }: KubeObject, claim: string, path: string): EdgeCheck {
  const reference = spec.claimRef as { namespace?: string; name?: string } | undefined;
  const local = (spec.local as { path?: string } | undefined)?.path?.replace(/(?<=.)\/+$/, '');
  const name = 'volume';
  if (status.phase !== 'Bound')
    return failed(
      name,
      `volume ${metadata.name} is ${String(status.phase ?? 'Unknown')}`,
      'look at it: oc describe pv',
    );
  if (reference?.name !== claim || reference.namespace !== NAMES.namespace) {
    return failed(
      name,
      `volume ${metadata.name} is bound to ${reference?.namespace}/${reference?.name}`,
      'release the volume, or give the registry one of its own',
    );
  }
  if (local !== path)
    return failed(
      name,
      `volume ${metadata.name} is at ${local ?? 'no local path'}, not at ${path}`,
      `set spec.local.path of the volume to ${path}, or pass --path`,
    );
  return passed(name, `volume ${metadata.name} is at ${path}`);
}

async function useCheck(api: ClusterApi, claim: string): Promise<EdgeCheck[]> {
  const users = (await listRegistryPodObjects(api)).filter(({ spec }) =>
    ((spec?.volumes ?? []) as { persistentVolumeClaim?: { claimName?: string } }[]).some(
      (volume) => volume.persistentVolumeClaim?.claimName === claim,
    ),
  );
  if (users.length === 0)
    return [
      failed(
        'claim-use',
        `no pod of the registry uses claim ${claim}`,
        'wait for the roll-out, or look at the operator',
      ),
    ];
  return [passed('claim-use', `claim ${claim} is used by ${users.map(({ metadata }) => metadata.name).join(', ')}`)];
}

/** The registry's pods: at least one, all ready. @throws ApiError */
export async function checkPods(api: ClusterApi): Promise<EdgeCheck[]> {
  const pods = await listRegistryPodObjects(api);
  const name = 'registry-pods';
  const remedy = `look at them: oc -n ${NAMES.namespace} describe pods -l docker-registry=default`;
  if (pods.length === 0) return [failed(name, 'the registry has no pods', remedy)];
  const unready = pods.filter((pod) => !isReady(pod));
  if (unready.length > 0)
    return [
      failed(
        name,
        `not ready: ${unready.map(({ metadata, status }) => `${metadata.name} (${String(status?.phase)})`).join(', ')}`,
        remedy,
      ),
    ];
  return [passed(name, `ready: ${pods.map(({ metadata }) => metadata.name).join(', ')}`)];
}

/** Bytes of the volume that the registry's claim is bound to; undefined when that cannot be told. */
export async function volumeBytes(api: ClusterApi): Promise<number | undefined> {
  try {
    const claim = claimOf((await api.get<KubeObject>(CONFIG_PATH)).spec ?? {}) ?? NAMES.claim;
    const { status } = await api.get<KubeObject>(
      `/api/v1/namespaces/${NAMES.namespace}/persistentvolumeclaims/${claim}`,
    );
    return parseQuantity((status?.capacity as { storage?: string } | undefined)?.storage ?? '');
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

function claimOf(spec: Record<string, unknown>): string | undefined {
  return (spec.storage as { pvc?: { claim?: string } } | undefined)?.pvc?.claim || undefined;
}
