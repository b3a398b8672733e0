import { ADVICE } from '../model/advice.js';
import { refusal } from '../model/errors.js';
import { managementState, storageKinds, type RegistryConfig } from './config.js';
import { deployedStorage } from './deployed-storage.js';
import { CONFIG_NAME } from './objects.js';
import type { Deployment } from './rollout.js';

/** What states where the registry keeps its images; undefined: it does not exist or was not read. */
interface StorageStatement {
  config?: RegistryConfig;
  deployment?: Deployment;
}

/**
 * Refuses a roll-out that deletes all images, because the registry keeps them where they end with its pods.
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
 * Describes why the images end with the registry's pods. The config counts because the next roll-out applies it, the
 * Deployment because its storage is what the pods use now. Without a registry there is nothing to roll out.
 */
function ephemeralReason({ config, deployment }: StorageStatement): string | undefined {
  const field = config && managementState(config) !== 'Removed' && emptyDirField(config);
  if (field) return `its storage is an emptyDir (${field} of ${CONFIG_NAME})`;
  return deployment && deployedStorage(deployment)?.endsWithPods;
}

/** The status states the storage that the operator chose where the spec leaves the choice to it. */
function emptyDirField({ spec, status }: RegistryConfig): string | undefined {
  const wanted = storageKinds(spec?.storage);
  if (wanted.includes('emptyDir')) return 'spec.storage.emptyDir';
  return wanted.length === 0 && storageKinds(status?.storage).includes('emptyDir')
    ? 'status.storage.emptyDir'
    : undefined;
}
