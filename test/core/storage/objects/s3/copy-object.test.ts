import { copyObject } from '../../../../../src/core/storage/objects/s3/copy-object.js';
import type { S3Request } from '../../../../../src/core/storage/objects/s3/sign.js';
import type { StoreResponse } from '../../../../../src/core/storage/http/client.js';

const answer = (status: number, body = '', headers: Record<string, string> = {}): StoreResponse => ({
  ...{ status, headers, body: Buffer.from(body), attempts: 1 },
});

/** A bucket with one large object, which answers the end of a copy in parts with a text. */
function aBucket(completed: string): { aborted: string[]; bucket: Parameters<typeof copyObject>[0] } {
  const aborted: string[] = [];
  const send = async ({ method, query = {} }: S3Request): Promise<StoreResponse> => {
    if (method === 'GET') return answer(206, 'x', { 'content-range': 'bytes 0-0/20' });
    if ('uploads' in query)
      return answer(200, '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>');
    if ('partNumber' in query) return answer(200, '<CopyPartResult><ETag>"1"</ETag></CopyPartResult>');
    return answer(200, completed);
  };
  const abortUpload = async ({ id }: { id: string }): Promise<void> => void aborted.push(id);
  const limits = { single: 10, part: 10 };
  return { aborted, bucket: { name: 's3://b', bucket: 'b', concurrency: 2, limits, send, abortUpload } };
}

const COPY = { from: 'large', to: 'copy', bytes: 20 };

test.each([
  ['as Amazon does', '<CompleteMultipartUploadResult><ETag>"2"</ETag></CompleteMultipartUploadResult>'],
  ['as Ceph does', '<CompleteMultipartUploadResult><Key>copy</Key></CompleteMultipartUploadResult>'],
  ['after white space', '  \n<CompleteMultipartUploadResult></CompleteMultipartUploadResult>'],
])('a copy in parts whose end the server confirms %s', async (_what, completed) => {
  const { aborted, bucket } = aBucket(completed);
  expect(await copyObject(bucket, COPY)).toBe(true);
  expect(aborted).toEqual([]);
});

test.each([
  ['white space only, which is sent before the result is known', '   \n'],
  ['another document', '<ListPartsResult></ListPartsResult>'],
  ['a part of the answer', '<CompleteMultipartUploadResult><ETag>"2"'],
])('a copy in parts that ends with %s is not a success', async (_what, completed) => {
  const { aborted, bucket } = aBucket(completed);
  await expect(copyObject(bucket, COPY)).rejects.toThrow('the answer cannot be used');
  expect(aborted).toEqual(['u1']);
});
