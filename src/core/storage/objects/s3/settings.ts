import { isIP } from 'node:net';
import type { Current, S3Credentials } from '../../credentials.js';

/** Where an S3 bucket is and how to reach it. */
export interface S3Settings {
  bucket: string;
  /** URL of an S3-compatible service, without a path; undefined for AWS. */
  endpoint?: string;
  region: string;
  /** True if the bucket is part of the host name instead of the path. Default: only on AWS. */
  virtualHost?: boolean;
  credentials: Current<S3Credentials>;
}

/** The address of a bucket: scheme, host and port, and the path of the bucket, without a slash at the end. */
interface BucketAddress {
  origin: string;
  path: string;
}

/** A bucket whose name can be part of a host name. Host names have no upper case: they would name another bucket. */
const HOST_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/**
 * Returns the address of a bucket. The bucket is in the path if it cannot be in the host name: before an IP address, if
 * its name is not one of DNS, or if it has dots, for which a certificate for `*.s3…` is not valid.
 */
export function bucketAddress({
  bucket,
  endpoint,
  region,
  virtualHost,
}: Omit<S3Settings, 'credentials'>): BucketAddress {
  const service = new URL(endpoint ?? `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
  const host = service.hostname.replace(/^\[|\]$/g, '');
  const hasCertificate = service.protocol === 'http:' || !bucket.includes('.');
  const isPossible = isIP(host) === 0 && HOST_NAME.test(bucket) && hasCertificate;
  if (!(virtualHost ?? endpoint === undefined) || !isPossible) return { origin: service.origin, path: `/${bucket}` };
  return { origin: `${service.protocol}//${bucket}.${service.host}`, path: '' };
}
