import { mapParallel } from '../../../kit/parallel.js';
import { headerOf, type StoreResponse } from '../../http/client.js';
import { escapeXml } from '../../http/xml.js';
import type { OpenUpload } from '../object-store.js';
import { parseCompletion, parseCopy, parseUploadId } from './answers.js';
import { answerError, codeOf, unusableAnswer } from './errors.js';
import { OPERATIONS } from './operations.js';
import { copySource, firstByteOf, type S3Request } from './sign.js';

/** Sizes of copies, in bytes. */
interface CopyLimits {
  /** Maximum size of an object that is copied with one request. */
  single: number;
  /** Size of the parts of a larger one. */
  part: number;
}

/** The limit of S3 for CopyObject, and parts of which an object has at most 5,120: S3 allows 10,000. */
export const COPY_LIMITS: CopyLimits = { single: 5 * 1024 ** 3, part: 1024 ** 3 };

/** A bucket as copies need it. */
interface Bucket {
  /** The store in messages. */
  name: string;
  bucket: string;
  concurrency: number;
  limits: CopyLimits;
  send(request: S3Request): Promise<StoreResponse>;
  abortUpload(upload: Pick<OpenUpload, 'key' | 'id'>): Promise<void>;
}

interface Copy {
  from: string;
  to: string;
  /** Size in bytes; undefined if it is not known. */
  bytes?: number;
}

/**
 * Copies an object within a bucket: with one request, or in parts if it is larger than one request copies. Its metadata
 * are copied; storage class and encryption are the defaults of the bucket.
 * @returns false if it does not exist
 * @throws Unanswered, RegadmError as `ObjectStore.copy`
 */
export async function copyObject(bucket: Bucket, copy: Copy): Promise<boolean> {
  const { limits } = bucket;
  if ((copy.bytes ?? 0) > limits.single) return copyInParts(bucket, copy);
  const response = await bucket.send({ ...copyRequest(bucket, copy), isSentOnce: true });
  if (isMissing(response)) return false;
  // Its size was not known, and it is too large.
  if (copy.bytes === undefined && response.status === 400) return copyInParts(bucket, copy, response);
  readCopy(bucket, copy, response, (body) => parseCopy(body, 'CopyObjectResult'));
  return true;
}

const copyRequest = ({ bucket }: Bucket, { from, to }: Copy): S3Request => ({
  method: 'PUT',
  key: to,
  headers: { 'x-amz-copy-source': copySource(bucket, from) },
  isSlow: true,
});

const isMissing = (response: StoreResponse): boolean => response.status === 404 && codeOf(response) === 'NoSuchKey';

/** @throws RegadmError also for an error in a response with status 200 */
function readCopy<T>({ name }: Bucket, { from }: Copy, response: StoreResponse, parse: (body: Buffer) => T): T {
  if (response.status !== 200 || codeOf(response) !== undefined)
    throw answerError(name, OPERATIONS.copy(from), response);
  try {
    return parse(response.body);
  } catch (error) {
    throw unusableAnswer(name, OPERATIONS.copy(from), error);
  }
}

/** @param refusal the answer to a copy with one request */
async function copyInParts(bucket: Bucket, copy: Copy, refusal?: StoreResponse): Promise<boolean> {
  const source = await bucket.send(firstByteOf(copy.from));
  if (isMissing(source)) return false;
  const bytes = Number(/\/(\d+)$/.exec(headerOf(source, 'content-range') ?? '')?.[1]);
  if (source.status !== 206 || !(bytes > bucket.limits.single))
    throw answerError(bucket.name, OPERATIONS.copy(copy.from), refusal ?? source);
  const id = await startUpload(bucket, copy, headerOf(source, 'content-type'));
  try {
    await completeUpload(bucket, copy, { id, etags: await copyParts(bucket, copy, { id, bytes }) });
    return true;
  } catch (error) {
    // An upload that stays open is found by the next listing of uploads.
    await bucket.abortUpload({ key: copy.to, id }).catch(() => undefined);
    throw error;
  }
}

async function startUpload(bucket: Bucket, { from, to }: Copy, type: string | undefined): Promise<string> {
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  const response = await bucket.send({ method: 'POST', key: to, query: { uploads: '' }, headers });
  if (response.status !== 200) throw answerError(bucket.name, OPERATIONS.copy(from), response);
  try {
    return parseUploadId(response.body);
  } catch (error) {
    throw unusableAnswer(bucket.name, OPERATIONS.copy(from), error);
  }
}

/** @returns the ETags of the parts, in order @throws RegadmError once no request for a part is left */
async function copyParts(bucket: Bucket, copy: Copy, { id, bytes }: { id: string; bytes: number }): Promise<string[]> {
  const { part } = bucket.limits;
  const starts = Array.from({ length: Math.ceil(bytes / part) }, (_, index) => index * part);
  let failure: Error | undefined;
  const etags = await mapParallel(starts, bucket.concurrency, async (start, index) => {
    if (failure) return '';
    const request = copyRequest(bucket, copy);
    const range = `bytes=${start}-${Math.min(start + part, bytes) - 1}`;
    try {
      const response = await bucket.send({
        ...request,
        query: { partNumber: String(index + 1), uploadId: id },
        headers: { ...request.headers, 'x-amz-copy-source-range': range },
      });
      return readCopy(bucket, copy, response, (body) => parseCopy(body, 'CopyPartResult'));
    } catch (error) {
      failure = error as Error;
      return '';
    }
  });
  if (failure) throw failure;
  return etags;
}

async function completeUpload(
  bucket: Bucket,
  copy: Copy,
  { id, etags }: { id: string; etags: readonly string[] },
): Promise<void> {
  const parts = etags.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  );
  const response = await bucket.send({
    method: 'POST',
    key: copy.to,
    query: { uploadId: id },
    headers: { 'content-type': 'application/xml' },
    body: `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`,
    isSlow: true,
    isSentOnce: true,
  });
  readCopy(bucket, copy, response, parseCompletion);
}
