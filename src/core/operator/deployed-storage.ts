import type { Deployment } from './rollout.js';

/** Where the pods of the registry keep its images now, as their Deployment states it. */
interface DeployedStorage {
  /** As the operator names it where it has a name: `s3`, `swift`, `pvc`, `emptyDir`, `hostPath`, … */
  kind: string;
  /** Name of the claim, bucket or container. */
  place?: string;
  /** Why the images end with the pods; undefined if they outlive them. */
  endsWithPods?: string;
  /** Why it is not known whether they outlive the pods. */
  mayEndWithPods?: string;
}

interface Volume {
  name: string;
  emptyDir?: object;
  /** A claim that is created and deleted with the pod. */
  ephemeral?: object;
  persistentVolumeClaim?: { claimName?: string };
  [source: string]: unknown;
}

interface Container {
  name: string;
  env?: { name: string; value?: string }[];
  volumeMounts?: { name: string; mountPath: string }[];
}

const STORAGE = 'REGISTRY_STORAGE';
const ROOT_DIRECTORY = 'REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY';
/** The root directories that a registry uses by itself: OpenShift's image, and the program without a configuration. */
const DEFAULT_ROOTS = ['/registry', '/var/lib/registry'];
/** The directory below the root in which the registry keeps its blobs. */
const BLOBS = '/docker/registry/v2/blobs';
/** The operator's name of the volume with the images. */
const STORAGE_VOLUME = 'registry-storage';

/**
 * Returns where the pods of a Deployment keep the images. Undefined if it does not state that: the configuration file
 * inside the image then does.
 */
export function deployedStorage({ spec }: Deployment): DeployedStorage | undefined {
  const { containers = [], volumes = [] } = (spec?.template?.spec ?? {}) as {
    containers?: Container[];
    volumes?: Volume[];
  };
  const container = containers.find(({ name }) => name === 'registry') ?? containers[0];
  const valueOf = (variable: string): string | undefined =>
    container?.env?.find(({ name }) => name === variable)?.value || undefined;
  const driver = valueOf(STORAGE);
  if (driver === 'inmemory')
    return { kind: driver, endsWithPods: `its pods keep them in memory (${STORAGE} of its Deployment)` };
  if (driver !== undefined && driver !== 'filesystem') return remoteStorage(driver, valueOf);
  const root = valueOf(ROOT_DIRECTORY);
  const mounts = container?.volumeMounts ?? [];
  const mount =
    (root === undefined ? DEFAULT_ROOTS : [root]).map((place) => nearestMount(mounts, place)).find(Boolean) ??
    (root === undefined ? mounts.find(({ name }) => name === STORAGE_VOLUME) : undefined);
  if (mount) return volumeStorage(volumes.find(({ name }) => name === mount.name));
  return driver === undefined && root === undefined ? undefined : containerLayer(root);
}

function remoteStorage(driver: string, valueOf: (variable: string) => string | undefined): DeployedStorage {
  const settings = `${STORAGE}_${driver.toUpperCase()}`;
  const place = valueOf(`${settings}_BUCKET`) ?? valueOf(`${settings}_CONTAINER`);
  return { kind: driver, ...(place === undefined ? {} : { place }) };
}

/** Finds the mount that has the blobs. The pods have other mounts, such as the one for trusted authorities. */
function nearestMount(mounts: { name: string; mountPath: string }[], root: string): { name: string } | undefined {
  const blobs = `${withoutSlash(root)}${BLOBS}/`;
  return mounts
    .filter(({ mountPath }) => blobs.startsWith(`${withoutSlash(mountPath)}/`))
    .sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
}

const withoutSlash = (path: string): string => path.replace(/\/+$/, '');

function volumeStorage(volume: Volume | undefined): DeployedStorage | undefined {
  if (!volume) return undefined;
  const kind = Object.keys(volume).find((key) => key !== 'name');
  if (kind === undefined) return undefined;
  const place = volume.persistentVolumeClaim?.claimName;
  if (place !== undefined) return { kind: 'pvc', place };
  if (kind === 'emptyDir' || kind === 'ephemeral')
    return { kind, endsWithPods: `its storage is an ${kind} volume (volume ${volume.name} of its Deployment)` };
  // Most drivers create such a volume for the pod, some mount a share that exists.
  return kind === 'csi'
    ? { kind, mayEndWithPods: `volume ${volume.name} of its Deployment is an inline CSI volume` }
    : { kind };
}

function containerLayer(root = 'its root directory'): DeployedStorage {
  return {
    kind: 'container',
    endsWithPods: `its pods keep them in their own file system: no volume of its Deployment contains ${root}`,
  };
}
