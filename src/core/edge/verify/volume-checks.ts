import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { getObject } from '../../cluster/objects.js';
import { VOLUMES } from '../../cluster/resources.js';
import { listRegistryPodObjects } from '../../operator/pods.js';
import { NAMES } from '../render/registry-objects.js';
import { checker, type EdgeCheck } from './check.js';
import { readClaim } from './claim.js';

const { passed, failed } = checker('cluster');

/**
 * Checks that the claim and its volume are bound to each other, at the mount point, and used by the registry.
 * @param path expected mount point
 * @throws ApiError
 */
export async function checkVolume(api: ClusterApi, path: string): Promise<EdgeCheck[]> {
  const { metadata, spec, status } = await readClaim(api);
  const claim = metadata.name;
  const phase = String(status?.phase ?? 'Unknown');
  const volumeName = spec?.volumeName as string | undefined;
  if (phase !== 'Bound' || !volumeName) {
    const remedy = 'compare class, access modes and size of claim and volume: regadm edge lint FILES';
    return [failed('claim', `claim ${claim} is ${phase}`, remedy)];
  }
  const volume = await getObject(api, { resource: VOLUMES, name: volumeName });
  return [
    passed('claim', `claim ${claim} is bound to volume ${volumeName}`),
    volumeCheck(volume, claim, path),
    await useCheck(api, claim),
  ];
}

function volumeCheck({ metadata, spec = {}, status = {} }: KubeObject, claim: string, path: string): EdgeCheck {
  const name = 'volume';
  const volume = `volume ${metadata.name}`;
  if (status.phase !== 'Bound')
    return failed(name, `${volume} is ${String(status.phase ?? 'Unknown')}`, 'see why: oc describe pv');
  const user = spec.claimRef as { namespace?: string; name?: string } | undefined;
  if (user?.name !== claim || user.namespace !== NAMES.namespace) {
    const remedy = 'release the volume, or give the registry another one';
    return failed(name, `${volume} is bound to ${user?.namespace}/${user?.name}`, remedy);
  }
  const local = (spec.local as { path?: string } | undefined)?.path?.replace(/(?<=.)\/+$/, '');
  if (local !== path) {
    const remedy = `set spec.local.path of the volume to ${path}, or pass --path`;
    return failed(name, `${volume} is at ${local ?? 'no local path'}, not at ${path}`, remedy);
  }
  return passed(name, `${volume} is at ${path}`);
}

async function useCheck(api: ClusterApi, claim: string): Promise<EdgeCheck> {
  const users = (await listRegistryPodObjects(api)).filter((pod) => usesClaim(pod, claim));
  if (users.length > 0)
    return passed('claim-use', `claim ${claim} is used by ${users.map(({ metadata }) => metadata.name).join(', ')}`);
  const remedy = 'wait for the roll-out, or check the operator';
  return failed('claim-use', `no registry pod uses claim ${claim}`, remedy);
}

function usesClaim({ spec }: KubeObject, claim: string): boolean {
  const volumes = (spec?.volumes ?? []) as { persistentVolumeClaim?: { claimName?: string } }[];
  return volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim);
}
