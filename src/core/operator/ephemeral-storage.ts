import { ADVICE } from '../model/advice.js';
import { refusal } from '../model/errors.js';
import { managementState, storageKinds, type RegistryConfig } from './config.js';
import { deployedStorage } from './deployed-storage.js';
import { CONFIG_NAME } from './objects.js';
import type { Deployment } from './rollout.js';

/** What states where the registry keeps its images; undefined: it does not exist or was not read. */
export interface StorageStatement {
  config?: RegistryConfig;
  /** Why the config could not be read. */
  configError?: string;
  deployment?: Deployment;
}

/**
 * Refuses a roll-out that deletes all images, because the registry keeps them where they end with its pods, and one of
 * which nothing shows that it does not.
 * @param accepted `--accept-data-loss`: it is only a warning
 * @returns warnings
 * @throws RegadmError EPHEMERAL_STORAGE, REGISTRY_STORAGE_UNKNOWN, exit status 4
 */
export function assertImagesSurvive(statement: StorageStatement, accepted: boolean): string[] {
  const problem = rolloutRisk(statement);
  if (problem === undefined) return [];
  if (accepted) return [problem];
  if (rolloutLoss(statement) === undefined)
    throw refusal('REGISTRY_STORAGE_UNKNOWN', `${problem}; nothing was changed`, [...ADVICE.findStorage]);
  throw refusal('EPHEMERAL_STORAGE', `${problem}; nothing was changed`, [
    ADVICE.acceptDataLoss,
    ADVICE.persistentStorage,
  ]);
}

/** Describes that a roll-out deletes all images, or that nothing shows whether it does; undefined if it does not. */
export function rolloutRisk(statement: StorageStatement): string | undefined {
  const loss = rolloutLoss(statement);
  if (loss !== undefined) return loss;
  const unknown = unknownReason(statement);
  return unknown && `a roll-out of the registry can delete all its images: ${unknown}`;
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

/** Describes why it is not known whether the images outlive the pods. Without pods, there is nothing to roll out. */
function unknownReason({ config, configError, deployment }: StorageStatement): string | undefined {
  if (!deployment) return undefined;
  const deployed = deployedStorage(deployment);
  if (deployed?.mayEndWithPods !== undefined) return deployed.mayEndWithPods;
  const isStated = deployed !== undefined || storageKinds(statedIn(config)).length > 0;
  if (isStated) return undefined;
  const problem = config ? 'names no storage' : configError ? `cannot be read (${configError})` : 'does not exist';
  return `nothing shows where it keeps them: ${CONFIG_NAME} ${problem}, and its Deployment names no storage`;
}

function statedIn(config: RegistryConfig | undefined): object {
  return { ...(config?.status?.storage ?? {}), ...(config?.spec?.storage ?? {}) };
}

/** The status states the storage that the operator chose where the spec leaves the choice to it. */
function emptyDirField({ spec, status }: RegistryConfig): string | undefined {
  const wanted = storageKinds(spec?.storage);
  if (wanted.includes('emptyDir')) return 'spec.storage.emptyDir';
  return wanted.length === 0 && storageKinds(status?.storage).includes('emptyDir')
    ? 'status.storage.emptyDir'
    : undefined;
}
