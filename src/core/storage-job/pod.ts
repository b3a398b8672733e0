import { withoutEmpty } from '../in-cluster/placement.js';
import { REQUIRED_SCC, SECURITY_CONTEXT, type Placement } from '../in-cluster/pod.js';
import type { Authorities } from './authorities.js';
import { credentialVariables } from './credentials.js';
import type { ClaimMount, Place, Variable } from './place.js';
import type { StorageJobRequest } from './request.js';

const VOLUME = 'registry-storage';

/** What a container runs. */
interface Program {
  /** Returns the arguments. @param storage value of `--storage` */
  args: (storage: string) => string[];
  env: readonly Variable[];
  /** Time to end after SIGTERM, in s. */
  terminationGracePeriodSeconds: number;
}

/** Returns the pod of a Job, and its annotations. */
export function storageJobPod(
  request: StorageJobRequest,
  place: Place,
  trust: Authorities,
  program: Program,
): { annotations: Record<string, string>; spec: object } {
  const { pod, job } = request;
  const mount = place.access.via === 'claim' ? place.access.mount : undefined;
  const volumes = [...(mount ? [claimVolume(mount)] : []), ...trust.volumes];
  const spec = {
    serviceAccountName: job.app,
    restartPolicy: 'Never',
    priorityClassName: pod.priorityClass,
    terminationGracePeriodSeconds: program.terminationGracePeriodSeconds,
    ...withoutEmpty(besideRegistry({ ...place.placement, ...given(pod.placement) }, mount)),
    ...(mount && Object.keys(mount.securityContext).length > 0 ? { securityContext: mount.securityContext } : {}),
    containers: [container(request, place, trust, program)],
    ...(volumes.length > 0 ? { volumes } : {}),
  };
  return { annotations: REQUIRED_SCC, spec };
}

function container(request: StorageJobRequest, place: Place, trust: Authorities, program: Program): object {
  const { image, pod, storage, job } = request;
  const { access, proxy } = place;
  const mount = access.via === 'claim' ? access.mount : undefined;
  const location = mount ? mount.root : storage === 'cluster' ? storage : storage.url;
  const env = [...proxy, ...trust.env, ...program.env, ...credentialVariables(request, place)];
  const mounts = [...(mount ? [claimMount(mount, job.onlyReads)] : []), ...trust.mounts];
  return {
    name: job.app,
    image,
    command: ['regadm'],
    args: program.args(location),
    ...(env.length > 0 ? { env } : {}),
    resources: pod.resources,
    securityContext: SECURITY_CONTEXT,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
  };
}

/** Returns the settings that flags state. */
function given(placement: Placement): Placement {
  return Object.fromEntries(Object.entries(placement).filter(([, value]) => value !== undefined));
}

/** Adds that the pod runs beside one of the registry, if only one node at a time can mount the volume. */
function besideRegistry(placement: Placement, mount: ClaimMount | undefined): Placement {
  if (!mount?.isOnOneNode) return placement;
  const { podAffinity = {}, ...others } = (placement.affinity ?? {}) as { podAffinity?: Record<string, unknown[]> };
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const beside = {
    labelSelector: { matchLabels: { 'docker-registry': 'default' } },
    topologyKey: 'kubernetes.io/hostname',
  };
  const all = { ...podAffinity, [required]: [...(podAffinity[required] ?? []), beside] };
  return { ...placement, affinity: { ...others, podAffinity: all } };
}

function claimVolume({ claim }: ClaimMount): object {
  return { name: VOLUME, persistentVolumeClaim: { claimName: claim } };
}

function claimMount({ mountPath, subPath }: ClaimMount, readOnly: boolean): object {
  return {
    name: VOLUME,
    mountPath,
    ...(subPath === undefined ? {} : { subPath }),
    ...(readOnly ? { readOnly } : {}),
  };
}
