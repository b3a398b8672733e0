import { placementOf } from '../in-cluster/placement.js';
import { REQUIRED_SCC, type Placement } from '../in-cluster/pod.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { registryContainer } from '../operator/deployed-storage.js';
import { settingIn } from '../operator/pod-environment.js';
import type { Deployment } from '../operator/rollout.js';
import type { JobKind } from './request.js';

/** The parts of the registry's pod template that the Job takes. */
interface PodTemplate {
  volumes?: { name: string; persistentVolumeClaim?: { claimName?: string } }[];
  securityContext?: Record<string, unknown>;
  tolerations?: unknown;
  nodeSelector?: unknown;
}

const ROOT_DIRECTORY = 'REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY';

function templateOf({ spec }: Deployment): PodTemplate {
  return (spec?.template?.spec ?? {}) as PodTemplate;
}

/**
 * Returns on which nodes the registry's pods can run. Omits their affinity, which keeps them apart from each other.
 */
export function registryPlacement(deployment: Deployment): Placement {
  const { tolerations, nodeSelector } = templateOf(deployment);
  return placementOf({ tolerations, nodeSelector });
}

/** Returns where the registry's container mounts a claim; undefined if it does not. */
export function mountOf(
  deployment: Deployment,
  claim: string,
): { mountPath: string; subPath?: string; root: string } | undefined {
  const { volumes = [] } = templateOf(deployment);
  const volume = volumes.find(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim);
  const container = registryContainer(deployment);
  const mount = volume && container?.volumeMounts?.find(({ name }) => name === volume.name);
  if (!mount) return undefined;
  const { mountPath, subPath } = mount;
  const root = settingIn(container, ROOT_DIRECTORY).value ?? mountPath;
  return { mountPath, ...(subPath === undefined ? {} : { subPath }), root };
}

/** Annotations in which OpenShift states the ranges of a namespace. */
const RANGES = {
  uid: 'openshift.io/sa.scc.uid-range',
  groups: 'openshift.io/sa.scc.supplemental-groups',
  label: 'openshift.io/sa.scc.mcs',
};

/** Fields of a pod's security context that decide whether it can read and change the files of the registry's pods. */
const FIELDS = ['runAsUser', 'runAsGroup', 'fsGroup', 'fsGroupChangePolicy', 'supplementalGroups', 'seLinuxOptions'];

/**
 * Returns user, groups and SELinux label of the registry's pods: those of the Deployment, else those that OpenShift
 * gives them from the annotations of the namespace.
 */
export function registrySecurityContext(
  deployment: Deployment,
  annotations: Record<string, unknown>,
): Record<string, unknown> {
  const { securityContext = {} } = templateOf(deployment);
  const stated = Object.entries(securityContext).filter(([field]) => FIELDS.includes(field));
  const user = firstOf(annotations[RANGES.uid]);
  const group = securityContext.fsGroup ?? firstOf(annotations[RANGES.groups]) ?? user;
  const level = annotations[RANGES.label];
  return {
    ...(user === undefined ? {} : { runAsUser: user }),
    // Otherwise, Kubernetes changes the group of every file of the volume before the pod starts.
    ...(group === undefined ? {} : { fsGroup: group, fsGroupChangePolicy: 'OnRootMismatch' }),
    ...(typeof level === 'string' && level !== '' ? { seLinuxOptions: { level } } : {}),
    ...Object.fromEntries(stated),
  };
}

/**
 * Returns why the SCC of the Job would refuse the user of the registry's pods: the Deployment states one that is not
 * of the range of the namespace.
 */
export function userProblem(
  deployment: Deployment,
  annotations: Record<string, unknown>,
  { instead }: JobKind,
): string | undefined {
  const user = templateOf(deployment).securityContext?.runAsUser;
  const range = rangeOf(annotations[RANGES.uid]);
  if (typeof user !== 'number' || !range || (user >= range.first && user <= range.last)) return undefined;
  return `warning: the pod of the Job cannot start: the Deployment of the registry runs as user ${user}, and the SCC ${REQUIRED_SCC['openshift.io/required-scc']} accepts ${range.first} to ${range.last} in ${REGISTRY_NAMESPACE}; let the Deployment use that range, or ${instead}`;
}

/** Returns the limits of a range of users: `FIRST/SIZE` or `FIRST-LAST`. */
function rangeOf(range: unknown): { first: number; last: number } | undefined {
  const found = typeof range === 'string' ? /^(\d{1,10})([/-])(\d{1,10})$/.exec(range) : null;
  if (!found) return undefined;
  const [first, second] = [Number(found[1]), Number(found[3])];
  return { first, last: found[2] === '/' ? first + second - 1 : second };
}

/** Returns the first number of `1000320000/10000` or `1000320000-1000329999`. */
function firstOf(range: unknown): number | undefined {
  const found = typeof range === 'string' ? /^(\d{1,10})(?:[/-]|$)/.exec(range) : null;
  return found ? Number(found[1]) : undefined;
}
