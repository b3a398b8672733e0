import { Flags, type Interfaces } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import type { StorageChoice } from '../core/storage/location.js';
import { TRASH_BLOBS } from '../core/trash/output/main-table.js';
import { parseShortDigest } from '../core/trash/plan/choose-digests.js';
import type { TrashPurgeRequest } from '../core/trash/purge/purge.js';
import type { TrashRestoreRequest } from '../core/trash/restore/restore.js';
import { clusterFlags } from './cluster.js';
import { confirmFlags } from './confirm.js';
import { durationFlag } from './duration.js';
import { maxDeleteFlag } from './max-delete.js';
import { outputFlags } from './output.js';
import { storageFlag, storageFlags, storageNameFlag } from './storage.js';

/** The flags of `regadm trash list`, which the other commands have, too. */
export const trashFlags = {
  ...storageFlags,
  storage: storageNameFlag("the registry's storage whose trash to use", 'required'),
  ...outputFlags(['table', 'wide', 'json', 'yaml', 'name'], 'table', TRASH_BLOBS),
  ...clusterFlags,
};

const detailedExitcode = (what: string): Interfaces.BooleanFlag<boolean> =>
  Flags.boolean({ allowNo: true, description: `exit with status 2 if a dry run finds something to ${what}` });

/** The flags of `regadm trash restore`. */
export const trashRestoreFlags = {
  ...confirmFlags('restore'),
  'detailed-exitcode': detailedExitcode('restore'),
  ...trashFlags,
};

const DEFAULT_AGE = '7d';

/** The flags of `regadm trash purge`. */
export const trashPurgeFlags = {
  ...confirmFlags('delete'),
  'older-than': Flags.string({
    helpValue: 'DURATION',
    description: `delete what was moved to the trash longer ago than this; 0 for everything (default: ${DEFAULT_AGE})`,
  }),
  'max-delete': Flags.string({
    helpGroup: 'SAFETY',
    helpValue: 'N|P%|SIZE',
    description:
      'refuse (exit status 4) to delete more than N blobs, P% of all blobs, those in the trash included, or SIZE of blobs (default: no limit)',
  }),
  'accept-partial-storage': Flags.boolean({
    helpGroup: 'SAFETY',
    allowNo: true,
    description: "also delete if the storage does not look like the cluster's (default: refuse with exit status 4)",
  }),
  'detailed-exitcode': detailedExitcode('delete'),
  ...trashFlags,
};

type TrashFlagValues = Partial<Interfaces.InferredFlags<typeof trashFlags>>;

/** Converts the flags of the storage. @throws RegadmError (USAGE) */
export function trashStorage(flags: TrashFlagValues): Promise<StorageChoice> {
  if (flags.storage === undefined)
    throw usageError("--storage is required: the trash is in the registry's storage", [
      'use --storage cluster for the object storage of the cluster, or name a directory or a URL',
    ]);
  return storageFlag(flags.storage, flags);
}

/** Converts arguments and flags of `regadm trash restore`. @throws RegadmError (USAGE) */
export function toTrashRestoreRequest(
  digests: readonly string[],
  flags: Partial<Interfaces.InferredFlags<typeof trashRestoreFlags>>,
): TrashRestoreRequest {
  assertDetailed(flags);
  return { digests: digests.map(parseShortDigest) };
}

/** Converts the flags of `regadm trash purge`. @throws RegadmError (USAGE) */
export function toTrashPurgeRequest(
  flags: Partial<Interfaces.InferredFlags<typeof trashPurgeFlags>>,
): TrashPurgeRequest {
  assertDetailed(flags);
  const olderThan = flags['older-than'] ?? DEFAULT_AGE;
  const maxDelete = flags['max-delete'];
  return {
    maxDelete: maxDelete === undefined ? undefined : maxDeleteFlag(maxDelete, 'blobs'),
    olderThan,
    olderThanMs: durationFlag('older-than', olderThan),
    acceptPartial: flags['accept-partial-storage'] ?? false,
  };
}

function assertDetailed(flags: { confirm?: boolean; 'detailed-exitcode'?: boolean }): void {
  if (flags.confirm && flags['detailed-exitcode'])
    throw usageError('--detailed-exitcode cannot be specified with --confirm: it applies only to a dry run');
}
