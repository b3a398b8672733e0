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

/**
 * Returns the address of a bucket. An IP address cannot have a bucket as its subdomain, and neither can a certificate
 * for `*.s3…` be valid for a bucket with dots: both are addressed with the bucket in the path.
 */
export function bucketAddress({ bucket, endpoint, region, virtualHost }: S3Settings): BucketAddress {
  const service = new URL(endpoint ?? `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
  const host = service.hostname.replace(/^\[|\]$/g, '');
  const isPossible = isIP(host) === 0 && !(bucket.includes('.') && service.protocol === 'https:');
  if (!(virtualHost ?? endpoint === undefined) || !isPossible) return { origin: service.origin, path: `/${bucket}` };
  return { origin: `${service.protocol}//${bucket}.${service.host}`, path: '' };
}
