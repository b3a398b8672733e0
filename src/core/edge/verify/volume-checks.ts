import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { getObject } from '../../cluster/objects.js';
import { VOLUMES } from '../../cluster/resources.js';
import { isStaying, listRegistryPodObjects } from '../../operator/pods.js';
import { NAMES } from '../render/registry-objects.js';
import { withoutSlashAtEnd } from '../text-problems.js';
import { checker, type EdgeCheck } from './check.js';
import { readClaim } from './claim.js';
import { listAt, textAt } from './fields.js';

const { passed, failed, skipped } = checker('cluster');
const BOUND = 'Bound';
const COMPARE = 'compare class, access modes and size of claim and volume: regadm edge lint FILES';

/**
 * Checks that the claim and its volume are bound to each other, at the mount point, and used by the registry.
 * @param path expected mount point
 * @throws ApiError
 */
export async function checkVolume(api: ClusterApi, path: string): Promise<EdgeCheck[]> {
  const claim = await readClaim(api);
  if (!claim) return [skipped('claim', "the registry's Config names no claim")];
  const { name } = claim.metadata;
  const volumeName = textAt(claim, 'spec', 'volumeName');
  const problem = claimProblem(claim, volumeName);
  if (volumeName === undefined || problem !== undefined) return [failed('claim', `claim ${name} ${problem}`, COMPARE)];
  const volume = await getObject(api, { resource: VOLUMES, name: volumeName });
  return [
    passed('claim', `claim ${name} is bound to volume ${volumeName}`),
    volumeCheck(volume, claim, path),
    await useCheck(api, name),
  ];
}

/** Returns why no pod can use a claim; undefined if there is no reason. */
function claimProblem(claim: KubeObject, volumeName: string | undefined): string | undefined {
  const phase = phaseOf(claim);
  if (phase !== BOUND) return `is ${phase}`;
  if (volumeName === undefined) return `is ${phase}, but names no volume`;
  return isStaying(claim) ? undefined : 'is being deleted';
}

function phaseOf(object: KubeObject): string {
  return textAt(object, 'status', 'phase') ?? 'in no phase';
}

function volumeCheck(volume: KubeObject, claim: KubeObject, path: string): EdgeCheck {
  const name = 'volume';
  const title = `volume ${volume.metadata.name}`;
  const phase = phaseOf(volume);
  if (phase !== BOUND) return failed(name, `${title} is ${phase}`, 'see why: oc describe pv');
  if (!isStaying(volume)) return failed(name, `${title} is being deleted`, 'see why: oc describe pv');
  const other = otherUser(volume, claim);
  if (other !== undefined)
    return failed(name, `${title} is bound to ${other}`, 'release the volume, or give the registry another one');
  const local = withoutSlashAtEnd(textAt(volume, 'spec', 'local', 'path') ?? '');
  if (local !== path) {
    const remedy = `set spec.local.path of the volume to ${path}, or pass --path`;
    return failed(name, `${title} is at ${local || 'no local path'}, not at ${path}`, remedy);
  }
  return passed(name, `${title} is at ${path}`);
}

/** Describes the claim that a volume is bound to, if it is another one. */
function otherUser(volume: KubeObject, { metadata }: KubeObject): string | undefined {
  const [namespace, name, uid] = ['namespace', 'name', 'uid'].map((key) => textAt(volume, 'spec', 'claimRef', key));
  if (name === undefined) return 'no claim';
  if (name !== metadata.name || namespace !== NAMES.namespace) return `${namespace ?? 'no namespace'}/${name}`;
  return uid === undefined || uid === metadata.uid ? undefined : `an earlier claim ${namespace}/${name} (uid ${uid})`;
}

async function useCheck(api: ClusterApi, claim: string): Promise<EdgeCheck> {
  const users = (await listRegistryPodObjects(api)).filter((pod) => isStaying(pod) && usesClaim(pod, claim));
  if (users.length > 0)
    return passed('claim-use', `claim ${claim} is used by ${users.map(({ metadata }) => metadata.name).join(', ')}`);
  const remedy = 'wait for the roll-out, or check the operator';
  return failed('claim-use', `no registry pod uses claim ${claim}`, remedy);
}

function usesClaim(pod: KubeObject, claim: string): boolean {
  return listAt(pod, 'spec', 'volumes').some((each) => textAt(each, 'persistentVolumeClaim', 'claimName') === claim);
}
