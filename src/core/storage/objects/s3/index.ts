import type { Current, S3Credentials } from '../../credentials.js';
import { StoreClient, type ConnectOptions } from '../../http/client.js';
import type { S3Location } from '../../location.js';
import type { ObjectStore } from '../object-store.js';
import { findCredentials } from './credentials.js';
import { bucketAddress } from './settings.js';
import { S3Store } from './store.js';

const DEFAULT_REGION = 'us-east-1';

/**
 * Prepares access to a bucket; sends nothing.
 * @throws RegadmError STORAGE_CREDENTIALS if there are no credentials
 */
export async function openS3Store(location: S3Location, options: ConnectOptions): Promise<ObjectStore> {
  const { bucket, endpoint, virtualHost, credentials, credentialsFile: file } = location;
  const found: { credentials: Current<S3Credentials>; region?: string } = credentials
    ? { credentials }
    : await findCredentials({ file, env: options.env ?? process.env });
  const region = location.region ?? found.region ?? DEFAULT_REGION;
  const settings = { bucket, endpoint, virtualHost, region, credentials: found.credentials };
  const client = await StoreClient.connect(`s3://${bucket}`, bucketAddress(settings).origin, options);
  return new S3Store(client, settings, options.concurrency);
}
