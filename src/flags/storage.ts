import { access, constants, realpath } from 'node:fs/promises';
import { Flags, type Interfaces } from '@oclif/core';
import { ADVICE } from '../core/model/advice.js';
import { usageError } from '../core/model/errors.js';
import type { ClusterLocation, ObjectStoreLocation, StorageChoice } from '../core/storage/location.js';
import { NAME_PATTERNS } from '../core/storage/names.js';
import { authoritiesFlag } from './authorities.js';
import { storeUrl } from './store-url.js';

/**
 * Returns the flag that names the registry's storage.
 * @param does what the command does with it
 * @param fallback what the command does without it
 */
export const storageNameFlag = (
  does: string,
  otherwise?: 'required' | `default: ${string}`,
): Interfaces.OptionFlag<string | undefined> =>
  Flags.string({
    helpValue: 'cluster|URL|DIR',
    description: `${does}: cluster (the object storage that the registry's settings name, with its credentials), s3://BUCKET[/ROOT], azure://ACCOUNT/CONTAINER[/ROOT], swift://CONTAINER[/PREFIX], or the directory where its volume is mounted (it contains docker/registry/v2)${otherwise ? ` (${otherwise})` : ''}`,
  });

/** Select the registry's storage. */
export const storageFlags = {
  storage: storageNameFlag(
    "prune the registry's storage itself",
    "default: run the registry's own pruner in its pod; with --print-job, cluster",
  ),
  'storage-endpoint': Flags.string({
    helpValue: 'URL',
    description:
      'URL of the object storage that --storage names (default: AWS; Azure, of which it is the blob URL of the account; the account that the login to Swift states)',
  }),
  'storage-region': Flags.string({
    helpValue: 'REGION',
    description: 'region of the bucket (default: AWS_REGION, AWS_DEFAULT_REGION, that of the profile, or us-east-1)',
  }),
  'storage-ca': Flags.string({
    helpValue: 'FILE',
    description:
      "PEM file with authorities that verify the certificate of the object storage, in addition to the system's",
  }),
  'storage-credentials': Flags.string({
    helpValue: 'FILE',
    description:
      'file with credentials in the format of the AWS shared credentials file; its profile is AWS_PROFILE or default (default: the AWS_* variables, or the shared credentials file)',
  }),
  'storage-concurrency': Flags.string({
    helpValue: 'N',
    description: 'maximum concurrent requests to the object storage (default: 16)',
  }),
};

type StorageFlagValues = Partial<Interfaces.InferredFlags<typeof storageFlags>>;

/** The flags that need an object storage. */
export const OBJECT_STORE_FLAGS = [
  'storage-endpoint',
  'storage-region',
  'storage-ca',
  'storage-credentials',
  'storage-concurrency',
] as const;

const DEFAULT_CONCURRENCY = 16;
const MAX_CONCURRENCY = 256;

/**
 * Converts `--storage` and the flags that belong to it.
 * @throws RegadmError (USAGE) that names the flag, never what can be a password
 */
export async function storageFlag(storage: string, flags: StorageFlagValues = {}): Promise<StorageChoice> {
  if (storage === 'cluster') return clusterStorage(flags);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(storage)?.[1]?.toLowerCase();
  if (scheme !== undefined) return objectStore(scheme, storage, flags);
  const other = OBJECT_STORE_FLAGS.find((name) => flags[name] !== undefined);
  if (other) throw usageError(`--${other} works only with an object storage: --storage cluster or s3://BUCKET`);
  return directory(storage);
}

/** @throws RegadmError (USAGE) for a flag whose value the settings of the registry state */
async function clusterStorage(flags: StorageFlagValues): Promise<ClusterLocation> {
  const other = (['storage-endpoint', 'storage-region', 'storage-credentials'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (other)
    throw usageError(`--${other} cannot be specified with --storage cluster: the registry's settings state it`);
  return { kind: 'cluster', ...(await accessFlags(flags)) };
}

/** Converts the flags that every object storage has. */
async function accessFlags(flags: StorageFlagValues): Promise<Pick<ClusterLocation, 'authorities' | 'concurrency'>> {
  const { 'storage-ca': ca, 'storage-concurrency': concurrency } = flags;
  return {
    authorities: ca === undefined ? undefined : await authoritiesFlag('storage-ca', ca, "the storage's certificate"),
    concurrency: concurrencyFlag(concurrency),
  };
}

/** Checks that a directory can be opened. */
async function directory(path: string): Promise<string> {
  try {
    await realpath(path);
    return path;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw usageError(`--storage ${path}: ${message}`);
    throw usageError(`--storage ${path}: no such directory`, [
      "pass the directory where the registry's volume is mounted, cluster, or the URL of an object storage: s3://BUCKET, azure://ACCOUNT/CONTAINER or swift://CONTAINER",
    ]);
  }
}

/** Storages that only the registry's own program can reach. */
const IN_POD_ONLY = new Set(['gs', 'gcs', 'oss', 'ibmcos']);

async function objectStore(scheme: string, storage: string, flags: StorageFlagValues): Promise<ObjectStoreLocation> {
  if (IN_POD_ONLY.has(scheme))
    throw usageError(`--storage ${scheme}://…: regadm cannot open this kind of storage itself`, [ADVICE.pruneInPod]);
  const { 'storage-credentials': file } = flags;
  const place = storeUrl(scheme, storage, flags['storage-endpoint']);
  if (place.kind !== 's3') assertOnlyS3(flags);
  if (file !== undefined) await assertReadable('storage-credentials', file);
  return {
    ...place,
    ...(place.kind === 's3' ? { region: regionFlag(flags['storage-region']), credentialsFile: file } : {}),
    ...(await accessFlags(flags)),
  };
}

/** @throws RegadmError (USAGE) if a flag is set that only S3 has */
function assertOnlyS3(flags: StorageFlagValues): void {
  const other = (['storage-region', 'storage-credentials'] as const).find((name) => flags[name] !== undefined);
  if (other) throw usageError(`--${other} works only with --storage s3://BUCKET`);
}

/** Checks the name of a region. @throws RegadmError (USAGE) */
export function regionFlag(text: string | undefined): string | undefined {
  if (text === undefined || NAME_PATTERNS.region.test(text)) return text;
  throw usageError('--storage-region: not the name of a region', ['write it as us-east-1']);
}

function concurrencyFlag(text: string | undefined): number {
  if (text === undefined) return DEFAULT_CONCURRENCY;
  const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MAX_CONCURRENCY) return number;
  throw usageError(`--storage-concurrency: not a number from 1 to ${MAX_CONCURRENCY}`);
}

async function assertReadable(flag: string, file: string): Promise<void> {
  await access(file, constants.R_OK).catch(({ code }: NodeJS.ErrnoException) => {
    throw usageError(
      `--${flag}: cannot read ${file}: ${code === 'ENOENT' ? 'no such file' : (code ?? 'unknown error')}`,
    );
  });
}
