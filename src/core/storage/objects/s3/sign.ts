import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { currentOf } from '../../credentials.js';
import type { StoreRequest } from '../../http/client.js';
import { bucketAddress, type S3Settings } from './settings.js';

/** A request to a bucket. */
export interface S3Request {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Undefined for a request about the bucket. */
  key?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** Maximum size of the body of a successful response, in bytes. */
  bodyLimit?: number;
  isStreamed?: boolean;
  /** True for a request that takes the service long. */
  isSlow?: boolean;
  /** True to send it again only if the service stated that it did not execute it. */
  isSentOnce?: boolean;
}

/** Maximum size of the answer to a request for one byte: a service can ignore the range. */
const ONE_BYTE_LIMIT = 65_536;

/** Returns a request for the first byte of an object: HEAD has no error document. */
export const firstByteOf = (key: string): S3Request => ({
  method: 'GET',
  key,
  headers: { range: 'bytes=0-0' },
  bodyLimit: ONE_BYTE_LIMIT,
});

/** Signs a request (Signature Version 4). Sign again for each attempt, because a signature contains the time. */
export async function signRequest(settings: S3Settings, request: S3Request): Promise<StoreRequest> {
  const { method, key, query = {}, headers, body = '', bodyLimit, isStreamed, isSlow } = request;
  const { origin, path } = bucketAddress(settings);
  const parameters = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const target = key === undefined ? path || '/' : `${path}/${key.split('/').map(encode).join('/')}`;
  const full = `${target}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`;
  const signer = new AwsV4Signer({
    method,
    url: origin + full,
    headers: { ...headers, 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') },
    ...(await currentOf(settings.credentials)),
    service: 's3',
    region: settings.region,
  });
  const signed = await signer.sign();
  return {
    method,
    path: full,
    headers: Object.fromEntries(signed.headers),
    body: body.length === 0 ? undefined : body,
    bodyLimit,
    isStreamed,
    isSlow,
  };
}

/** Returns the value of `x-amz-copy-source` for an object. */
export function copySource(bucket: string, key: string): string {
  return `/${[bucket, ...key.split('/')].map(encode).join('/')}`;
}

/** Percent-encodes as the signature does: everything except letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
