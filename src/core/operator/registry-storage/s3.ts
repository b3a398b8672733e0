import { NAME_PATTERNS } from '../../storage/names.js';
import { findTrust } from './authorities.js';
import { adviceFor, directoryOf, endpointOf } from './places.js';
import { findS3Credentials } from './s3-credentials.js';
import { invalid, type StorageSettings } from './settings.js';
import type { StatedStorage } from './stated.js';
import type { DescribedStore, DescribingContext } from './types.js';

/** Region of AWS's services that a bucket without a region uses. */
const DEFAULT_REGION = 'us-east-1';

/**
 * Describes a bucket by the settings of the registry.
 * @throws RegadmError STORAGE_SETTINGS, STORAGE_CREDENTIALS, FORBIDDEN
 */
export async function describeS3({ settings }: StatedStorage, context: DescribingContext): Promise<DescribedStore> {
  const endpoint = await s3Endpoint(settings);
  const [bucket, region] = [await settings.required('BUCKET', 'bucket'), await regionOf(settings)];
  if (!NAME_PATTERNS.bucket.test(bucket)) throw invalid('the name of the bucket is not valid');
  if (!NAME_PATTERNS.region.test(region)) throw invalid('the name of the region is not valid');
  const found = await findS3Credentials(settings, context.reader);
  const { warnings, ...trust } = await findTrust(settings, context, { endpoint, unverified: 'SKIPVERIFY' });
  const location = {
    ...({ kind: 's3', bucket, region, endpoint, ...trust, concurrency: context.choice.concurrency } as const),
    virtualHost: await isVirtualHost(settings, endpoint),
    directory: directoryOf(await settings.detail('ROOTDIRECTORY')),
    credentials: 'roleArn' in found ? undefined : found,
  };
  const identity = 'roleArn' in found ? { kind: 'aws' as const, roleArn: found.roleArn, region } : undefined;
  return { location, identity, warnings, advice: adviceFor(endpoint) };
}

/** Returns the endpoint of an S3-compatible service; undefined for AWS. The config of IBM COS states no endpoint. */
export async function s3Endpoint(settings: StorageSettings): Promise<string | undefined> {
  const location = settings.field('location');
  const text =
    (await settings.place('REGIONENDPOINT', 'regionEndpoint')) ??
    (location === undefined ? undefined : `s3.${location}.cloud-object-storage.appdomain.cloud`);
  if (text === undefined) return undefined;
  return endpointOf(text, { isPlain: (await settings.isOn('SECURE')) === false, hasPath: false });
}

async function regionOf(settings: StorageSettings): Promise<string> {
  return (await settings.detail('REGION', 'region')) ?? settings.field('location') ?? DEFAULT_REGION;
}

/** Returns whether the bucket is in the host name; undefined for the default: only on AWS. */
async function isVirtualHost(settings: StorageSettings, endpoint: string | undefined): Promise<boolean | undefined> {
  const isPathStyle = await settings.isOn('FORCEPATHSTYLE');
  if (isPathStyle !== undefined) return !isPathStyle;
  const isVirtual = await settings.isOn('VIRTUALHOSTEDSTYLE', 'virtualHostedStyle');
  // Without an endpoint, false is only what the operator always writes.
  return endpoint === undefined ? undefined : isVirtual;
}
