import { posix } from 'node:path';
import type { Deployment } from './rollout.js';
import { settingIn, type Environment } from './pod-environment.js';

/** Where the pods of the registry keep its images now, as their Deployment states it. */
interface DeployedStorage {
  /** As the operator names it where it has a name: `s3`, `swift`, `pvc`, `emptyDir`, `hostPath`, … */
  kind: string;
  /** Name of the claim, bucket or container. */
  place?: string;
  /** Why the images end with the pods; undefined if they outlive them. */
  endsWithPods?: string;
  /** Why it is not known whether they outlive the pods: a clause that can follow a colon. */
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

interface Mount {
  name: string;
  mountPath: string;
  subPath?: string;
}

interface Container extends Environment {
  name: string;
  volumeMounts?: Mount[];
}

const STORAGE = 'REGISTRY_STORAGE';
const ROOT_DIRECTORY = 'REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY';
/** The root directories that a registry uses by itself: OpenShift's image, and the program without a configuration. */
const DEFAULT_ROOTS = ['/registry', '/var/lib/registry'];
/** The directory below the root in which the registry keeps its blobs. */
const BLOBS = '/docker/registry/v2/blobs';
/** Kind of a storage in the file system of the container. */
const CONTAINER = 'container';
/** The operator's name of the volume with the images. */
const STORAGE_VOLUME = 'registry-storage';

/**
 * Returns where the pods of a Deployment keep the images. Undefined if it does not state that: the configuration file
 * inside the image then does.
 */
export function deployedStorage(deployment: Deployment): DeployedStorage | undefined {
  const { volumes = [] } = podSpecOf(deployment);
  const container = registryContainer(deployment);
  const driver = settingIn(container, STORAGE);
  if (driver.value === 'inmemory')
    return { kind: driver.value, endsWithPods: `its pods keep them in memory (${STORAGE} of its Deployment)` };
  if (driver.value !== undefined && driver.value !== 'filesystem') return remoteStorage(driver.value, container);
  const root = settingIn(container, ROOT_DIRECTORY);
  const found = fileStorage({ driver: driver.value, root: root.value, mounts: container?.volumeMounts ?? [], volumes });
  const unknown = driver.unknown ?? root.unknown ?? relativeProblem(root.value);
  if (unknown === undefined || (found?.endsWithPods !== undefined && found.kind !== CONTAINER)) return found;
  return { kind: found && found.kind !== CONTAINER ? found.kind : 'unknown', mayEndWithPods: unknown };
}

/** Returns the container of a Deployment that runs the registry. */
export function registryContainer(deployment: Deployment): Container | undefined {
  const { containers = [] } = podSpecOf(deployment);
  return containers.find(({ name }) => name === 'registry') ?? containers[0];
}

function podSpecOf({ spec }: Deployment): { containers?: Container[]; volumes?: Volume[] } {
  return (spec?.template?.spec ?? {}) as object;
}

interface FileSettings {
  driver: string | undefined;
  root: string | undefined;
  mounts: Mount[];
  volumes: Volume[];
}

/** Returns the storage of a registry that keeps the images in files. */
function fileStorage({ driver, root, mounts, volumes }: FileSettings): DeployedStorage | undefined {
  const mount =
    (root === undefined ? DEFAULT_ROOTS : [root]).map((place) => nearestMount(mounts, place)).find(Boolean) ??
    (root === undefined ? mounts.find(({ name }) => name === STORAGE_VOLUME) : undefined);
  if (mount) return volumeStorage(volumes.find(({ name }) => name === mount.name));
  return driver === undefined && root === undefined ? undefined : containerLayer(root);
}

/** The directory in which the registry starts is not known. */
function relativeProblem(root: string | undefined): string | undefined {
  return root === undefined || root.startsWith('/')
    ? undefined
    : `${ROOT_DIRECTORY} of its Deployment is a relative path, so nothing shows where it keeps them`;
}

function remoteStorage(driver: string, container: Environment | undefined): DeployedStorage {
  const settings = `${STORAGE}_${driver.toUpperCase()}`;
  const place = settingIn(container, `${settings}_BUCKET`).value ?? settingIn(container, `${settings}_CONTAINER`).value;
  return { kind: driver, ...(place === undefined ? {} : { place }) };
}

/**
 * Finds the mount that has the blobs. The pods have other mounts, such as the one for trusted authorities. The registry
 * resolves `..` in its root directory as text, too.
 */
function nearestMount(mounts: Mount[], root: string): Mount | undefined {
  const blobs = `${normalized(root)}${BLOBS}/`;
  return mounts
    .filter(({ mountPath }) => blobs.startsWith(`${normalized(mountPath)}/`))
    .sort((a, b) => normalized(b.mountPath).length - normalized(a.mountPath).length)[0];
}

/** Returns a path without `.`, `..`, repeated slashes and a slash at its end. */
const normalized = (path: string): string => posix.normalize(path).replace(/\/+$/, '');

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
    ? {
        kind,
        mayEndWithPods: `volume ${volume.name} of its Deployment is an inline CSI volume, which can end with its pod`,
      }
    : { kind };
}

function containerLayer(root = 'its root directory'): DeployedStorage {
  return {
    kind: CONTAINER,
    endsWithPods: `its pods keep them in their own file system: no volume of its Deployment contains ${root}`,
  };
}
