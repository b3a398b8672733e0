import { ADVICE } from '../model/advice.js';
import { refusal } from '../model/errors.js';
import { storageKinds, type RegistryConfig } from './config.js';
import { CONFIG_NAME } from './objects.js';
import type { Deployment } from './rollout.js';

/** What states where the registry keeps its images; undefined: it does not exist or was not read. */
interface StorageStatement {
  config?: RegistryConfig;
  deployment?: Deployment;
}

/**
 * Refuses a roll-out that deletes all images, because the registry keeps them in volumes that end with its pods.
 * @param accepted `--accept-data-loss`: it is only a warning
 * @returns warnings
 * @throws RegadmError EPHEMERAL_STORAGE, exit status 4
 */
export function assertImagesSurvive(statement: StorageStatement, accepted: boolean): string[] {
  const problem = rolloutLoss(statement);
  if (problem === undefined) return [];
  if (accepted) return [problem];
  throw refusal('EPHEMERAL_STORAGE', `${problem}; nothing was changed`, [
    ADVICE.acceptDataLoss,
    ADVICE.persistentStorage,
  ]);
}

/** Describes that, and why, every roll-out deletes all images; undefined if nothing states it. */
export function rolloutLoss(statement: StorageStatement): string | undefined {
  const reason = ephemeralReason(statement);
  return reason && `every roll-out of the registry deletes all its images: ${reason}`;
}

/**
 * Describes why the storage ends with the registry's pods. The config counts because the next roll-out applies it, the
 * Deployment because its volume is what the pods use now.
 */
function ephemeralReason({ config, deployment }: StorageStatement): string | undefined {
  const field = config && emptyDirField(config);
  if (field) return `its storage is an emptyDir (${field} of ${CONFIG_NAME})`;
  const volume = deployment && storageVolume(deployment);
  const source = volume && (['emptyDir', 'ephemeral'] as const).find((kind) => volume[kind]);
  return source && `its storage is an ${source} volume (volume ${volume.name} of its Deployment)`;
}

/** The status states the storage that the operator chose where the spec leaves the choice to it. */
function emptyDirField({ spec, status }: RegistryConfig): string | undefined {
  const wanted = storageKinds(spec?.storage);
  if (wanted.includes('emptyDir')) return 'spec.storage.emptyDir';
  return wanted.length === 0 && storageKinds(status?.storage).includes('emptyDir')
    ? 'status.storage.emptyDir'
    : undefined;
}

interface Volume {
  name: string;
  emptyDir?: object;
  /** A claim that is created and deleted with the pod. */
  ephemeral?: object;
}

interface PodSpec {
  containers?: {
    name: string;
    env?: { name: string; value?: string }[];
    volumeMounts?: { name: string; mountPath: string }[];
  }[];
  volumes?: Volume[];
}

const ROOT_VARIABLE = 'REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY';
const DEFAULT_ROOT = '/registry';
/** The directory below the root in which the registry keeps its blobs. */
const BLOBS = '/docker/registry/v2/blobs';

/** Finds the volume with the blobs. The pods have other emptyDir volumes, such as the one for trusted authorities. */
function storageVolume({ spec }: Deployment): Volume | undefined {
  const { containers = [], volumes = [] } = (spec?.template?.spec ?? {}) as PodSpec;
  const container = containers.find(({ name }) => name === 'registry') ?? containers[0];
  const variable = (name: string): string | undefined => container?.env?.find((entry) => entry.name === name)?.value;
  if ((variable('REGISTRY_STORAGE') ?? 'filesystem') !== 'filesystem') return undefined;
  const place = `${(variable(ROOT_VARIABLE) ?? DEFAULT_ROOT).replace(/\/+$/, '')}${BLOBS}/`;
  const mounts = (container?.volumeMounts ?? []).filter(({ mountPath }) =>
    place.startsWith(`${mountPath.replace(/\/+$/, '')}/`),
  );
  const nearest = mounts.sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
  return nearest && volumes.find(({ name }) => name === nearest.name);
}
