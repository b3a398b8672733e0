import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { getObject } from '../../cluster/objects.js';
import { VOLUMES } from '../../cluster/resources.js';
import { isStaying, listRegistryPodObjects } from '../../operator/pods.js';
import { NAMES } from '../render/registry-objects.js';
import { checker, type EdgeCheck } from './check.js';
import { readClaim } from './claim.js';

const { passed, failed, skipped } = checker('cluster');
const COMPARE = 'compare class, access modes and size of claim and volume: regadm edge lint FILES';

interface ClaimReference {
  namespace?: string;
  name?: string;
  uid?: string;
}

/**
 * Checks that the claim and its volume are bound to each other, at the mount point, and used by the registry.
 * @param path expected mount point
 * @throws ApiError
 */
export async function checkVolume(api: ClusterApi, path: string): Promise<EdgeCheck[]> {
  const claim = await readClaim(api);
  if (!claim) return [skipped('claim', "the registry's Config names no claim")];
  const { name } = claim.metadata;
  const problem = claimProblem(claim);
  if (problem !== undefined) return [failed('claim', `claim ${name} ${problem}`, COMPARE)];
  const volumeName = claim.spec!.volumeName as string;
  const volume = await getObject(api, { resource: VOLUMES, name: volumeName });
  return [
    passed('claim', `claim ${name} is bound to volume ${volumeName}`),
    volumeCheck(volume, claim, path),
    await useCheck(api, name),
  ];
}

/** Returns why no pod can use a claim; undefined if there is no reason. */
function claimProblem({ metadata, spec, status }: KubeObject): string | undefined {
  const phase = String(status?.phase ?? 'Unknown');
  if (phase !== 'Bound') return `is ${phase}`;
  if (!spec?.volumeName) return `is ${phase}, but names no volume`;
  return metadata.deletionTimestamp === undefined ? undefined : 'is being deleted';
}

function volumeCheck({ metadata, spec = {}, status = {} }: KubeObject, claim: KubeObject, path: string): EdgeCheck {
  const name = 'volume';
  const volume = `volume ${metadata.name}`;
  if (status.phase !== 'Bound')
    return failed(name, `${volume} is ${String(status.phase ?? 'Unknown')}`, 'see why: oc describe pv');
  if (metadata.deletionTimestamp !== undefined)
    return failed(name, `${volume} is being deleted`, 'see why: oc describe pv');
  const user = spec.claimRef as ClaimReference | undefined;
  const isOther = user?.uid !== undefined && user.uid !== claim.metadata.uid;
  if (user?.name !== claim.metadata.name || user.namespace !== NAMES.namespace || isOther) {
    const which = isOther ? ' of another uid, an earlier claim' : '';
    const remedy = 'release the volume, or give the registry another one';
    return failed(name, `${volume} is bound to ${user?.namespace}/${user?.name}${which}`, remedy);
  }
  const local = (spec.local as { path?: string } | undefined)?.path?.replace(/(?<=.)\/+$/, '');
  if (local !== path) {
    const remedy = `set spec.local.path of the volume to ${path}, or pass --path`;
    return failed(name, `${volume} is at ${local ?? 'no local path'}, not at ${path}`, remedy);
  }
  return passed(name, `${volume} is at ${path}`);
}

async function useCheck(api: ClusterApi, claim: string): Promise<EdgeCheck> {
  const users = (await listRegistryPodObjects(api)).filter((pod) => isStaying(pod) && usesClaim(pod, claim));
  if (users.length > 0)
    return passed('claim-use', `claim ${claim} is used by ${users.map(({ metadata }) => metadata.name).join(', ')}`);
  const remedy = 'wait for the roll-out, or check the operator';
  return failed('claim-use', `no registry pod uses claim ${claim}`, remedy);
}

function usesClaim({ spec }: KubeObject, claim: string): boolean {
  const volumes = (spec?.volumes ?? []) as { persistentVolumeClaim?: { claimName?: string } }[];
  return volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim);
}
