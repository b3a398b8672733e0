import type { HardPruneOptions } from '../core/hard-prune/request.js';
import type {
  CommonRequest,
  Guarded,
  HardPruneRequest,
  RecoveryRequest,
  ViaStorage,
} from '../core/hard-prune/request.js';
import { refusal, usageError } from '../core/model/errors.js';
import type { StorageChoice } from '../core/storage/location.js';
import { maxDeleteFlag } from './max-delete.js';
import type { HardPruneFlagValues } from './hard-prune.js';
import { OBJECT_STORE_FLAGS, storageFlag } from './storage.js';
import { durationFlag, requestTimeoutFlag, timeoutFlag } from './duration.js';
import { onlineGuard, shownOnlineOptions } from './online-prune.js';

/** Flags that have no equivalent in the registry's own pruner. */
const STORAGE_ONLY = [
  'keep-blobs-younger-than',
  'dangling-links',
  'uploads-older-than',
  'trash',
  ...OBJECT_STORE_FLAGS,
] as const;
const DEFAULT_KEEP_AGE = '1h';

/**
 * Converts flags to a request.
 * @throws RegadmError USAGE that names the flag; READ_ONLY_NEEDED (exit status 4) for a combination that would do
 *   damage
 */
export async function toHardPruneRequest(flags: HardPruneFlagValues): Promise<HardPruneRequest> {
  const { storage, pod } = flags;
  assertVerifiable(flags);
  if (storage !== undefined && pod !== undefined) throw usageError('--pod cannot be specified with --storage');
  const readOnly = flags['read-only'];
  const guard: Guarded = {
    mode: 'guarded',
    readOnly: readOnly === 'required' ? 'required' : 'auto',
    acceptDataLoss: flags['accept-data-loss'],
  };
  const common = { ...commonRequest(flags), verify: await verifyRequest(flags) };
  if (storage === undefined) {
    assertPodFlags(flags, common);
    return { ...common, way: { via: 'pod', pod }, guard };
  }
  const way = viaStorage(await storageFlag(storage, flags), flags);
  if (flags.online) return { ...common, way, guard: onlineGuard(flags) };
  return readOnly === 'skip' ? { ...common, way, guard: { mode: 'unguarded' } } : { ...common, way, guard };
}

/** Converts the flags of `--recover`. @throws RegadmError USAGE that names the flag */
export function toRecoveryRequest(flags: HardPruneFlagValues): RecoveryRequest {
  const { timeoutMs } = commonRequest(flags);
  return { timeoutMs, acceptDataLoss: flags['accept-data-loss'] };
}

function assertVerifiable({ verify, confirm }: HardPruneFlagValues): void {
  if (verify && !confirm) throw usageError('--verify needs --confirm: a dry run deletes nothing');
}

function commonRequest(flags: HardPruneFlagValues): CommonRequest {
  const maxDelete = flags['max-delete'];
  return {
    rules: flags.rules,
    acceptPartial: flags['accept-partial-storage'] ?? false,
    maxDelete: maxDelete === undefined ? undefined : maxDeleteFlag(maxDelete, 'blobs'),
    timeoutMs: timeoutFlag('timeout', flags.timeout),
    options: shownOptions(flags),
  };
}

/** Maximum concurrent requests to the registry, as in `registry verify`. */
const VERIFY_WORKERS = 16;

/** Converts the flags of the registry. They are checked also if nothing is verified, as every value is. */
async function verifyRequest(flags: HardPruneFlagValues): Promise<CommonRequest['verify']> {
  const { registryOptions } = await import('./registry-options.js');
  const options = await registryOptions(flags);
  if (!flags.verify) return undefined;
  const requestTimeoutMs = requestTimeoutFlag(flags['request-timeout']);
  return { registry: { ...options, workers: VERIFY_WORKERS, requestTimeoutMs } };
}

function viaStorage(location: StorageChoice, flags: HardPruneFlagValues): ViaStorage {
  const uploads = flags['uploads-older-than'];
  const keepAge = flags['keep-blobs-younger-than'] ?? DEFAULT_KEEP_AGE;
  return {
    via: 'storage',
    location,
    ages: {
      keepYoungerThanMs: durationFlag('keep-blobs-younger-than', keepAge),
      uploadsOlderThanMs: uploads === undefined ? undefined : durationFlag('uploads-older-than', uploads),
    },
    danglingLinks: flags['dangling-links'] ?? false,
    trash: flags.trash ?? false,
  };
}

function assertPodFlags(flags: HardPruneFlagValues, { maxDelete }: CommonRequest): void {
  const wrong = STORAGE_ONLY.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (wrong) throw usageError(`--${wrong} works only with --storage: the registry's own pruner has no such option`);
  if (maxDelete && 'percent' in maxDelete)
    throw usageError(
      "--max-delete: a percentage works only with --storage, because the registry's own pruner does not count all blobs",
      ['give a number of blobs or a size'],
    );
  if (flags.confirm && flags['read-only'] === 'skip')
    throw refusal(
      'READ_ONLY_NEEDED',
      '--read-only=skip cannot be specified with --confirm unless --storage is given: blobs of images that are being pushed would be deleted',
      ['use --read-only=auto'],
    );
}

function shownOptions(flags: HardPruneFlagValues): HardPruneOptions {
  const { storage, pod, rules } = flags;
  return {
    storage,
    storageEndpoint: flags['storage-endpoint'],
    storageRegion: flags['storage-region'],
    pod,
    rules,
    ...(flags['accept-partial-storage'] ? { acceptPartialStorage: true } : {}),
    ...(flags['accept-data-loss'] ? { acceptDataLoss: true } : {}),
    readOnly: flags['read-only'],
    maxDelete: flags['max-delete'],
    keepBlobsYoungerThan: storage === undefined ? undefined : (flags['keep-blobs-younger-than'] ?? DEFAULT_KEEP_AGE),
    danglingLinks: flags['dangling-links'] ?? false,
    uploadsOlderThan: flags['uploads-older-than'],
    ...(flags.trash ? { trash: true } : {}),
    ...shownOnlineOptions(flags),
    ...(flags.verify ? { verify: true } : {}),
  };
}
