import { withoutEmpty } from '../in-cluster/placement.js';
import { REQUIRED_SCC, SECURITY_CONTEXT, type Placement } from '../in-cluster/pod.js';
import { SERVICE_CA, type Authorities } from './authorities.js';
import { credentialVariables } from './credentials.js';
import type { ClaimMount, Place } from './place.js';
import { APP, type HardPruneJobRequest } from './request.js';

/** Time to end the current deletions and to restore the mode after SIGTERM, besides that of the roll-out, in s. */
const ENDING_SECONDS = 300;

const VOLUME = 'registry-storage';

/** Returns the pod of the Job, and its annotations. */
export function jobPod(
  request: HardPruneJobRequest,
  place: Place,
  trust: Authorities,
): { annotations: Record<string, string>; spec: object } {
  const { pod, rolloutSeconds } = request;
  const mount = place.access.via === 'claim' ? place.access.mount : undefined;
  const volumes = [...(mount ? [claimVolume(mount)] : []), ...trust.volumes];
  const spec = {
    serviceAccountName: APP,
    restartPolicy: 'Never',
    priorityClassName: pod.priorityClass,
    terminationGracePeriodSeconds: rolloutSeconds + ENDING_SECONDS,
    ...withoutEmpty(besideRegistry({ ...place.placement, ...given(pod.placement) }, mount)),
    ...(mount && Object.keys(mount.securityContext).length > 0 ? { securityContext: mount.securityContext } : {}),
    containers: [container(request, place, trust)],
    ...(volumes.length > 0 ? { volumes } : {}),
  };
  return { annotations: REQUIRED_SCC, spec };
}

function container(request: HardPruneJobRequest, place: Place, trust: Authorities): object {
  const { image, pod, args, storage, pruneImages } = request;
  const { access, proxy } = place;
  const mount = access.via === 'claim' ? access.mount : undefined;
  const location = mount ? mount.root : storage === 'cluster' ? storage : storage.url;
  const env = [
    ...proxy,
    ...trust.env,
    ...(pruneImages ? [{ name: 'REGADM_CERTIFICATE_AUTHORITY', value: SERVICE_CA }] : []),
    ...credentialVariables(request, place),
  ];
  const mounts = [...(mount ? [claimMount(mount)] : []), ...trust.mounts];
  return {
    name: APP,
    image,
    command: ['regadm'],
    args: ['prune', 'hard', `--storage=${location}`, ...args, ...trust.args, '--confirm'],
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

function claimMount({ mountPath, subPath }: ClaimMount): object {
  return { name: VOLUME, mountPath, ...(subPath === undefined ? {} : { subPath }) };
}
