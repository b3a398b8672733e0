import { openS3Store } from '../../../../src/core/storage/objects/s3/index.js';
import { deletionBatch } from '../../../../src/core/storage/objects/azure/batch.js';
import { signRequest } from '../../../../src/core/storage/objects/azure/sign.js';
import { ACCESS_KEY, SECRET_KEY, startFakeS3, type FakeS3 } from '../../../support/servers/fake-s3.js';

describe('credentials of a location', () => {
  let s3: FakeS3;
  beforeEach(async () => {
    s3 = await startFakeS3();
  });
  afterEach(() => s3.stop());

  test('of S3 precede those of the environment, and are asked for before each attempt', async () => {
    const keys = ['first-key-that-is-wrong', ACCESS_KEY];
    const asked: string[] = [];
    const credentials = () => {
      const accessKeyId = keys[asked.length] ?? ACCESS_KEY;
      asked.push(accessKeyId);
      return Promise.resolve({ accessKeyId, secretAccessKey: SECRET_KEY });
    };
    const { bucket, endpoint } = s3;
    const env = { AWS_ACCESS_KEY_ID: 'not-this-one', AWS_SECRET_ACCESS_KEY: 'x' };
    const store = await openS3Store({ kind: 's3', bucket, endpoint, credentials }, { concurrency: 1, env });
    try {
      await expect(store.read('a', 10)).rejects.toMatchObject({ code: 'STORAGE_CREDENTIALS' });
      expect(await store.read('a', 10)).toBeUndefined();
      expect(asked).toEqual(keys);
    } finally {
      await store.close();
    }
  });
});

test('a bearer token of Azure is sent with each request, also inside a batch', () => {
  const settings = {
    ...{ account: 'account', container: 'registry', endpoint: 'https://account.blob.core.windows.net' },
    credentials: { token: 'bearer-token-of-the-test' },
  };
  const { headers, path, body } = signRequest(settings, deletionBatch(settings, ['a', 'b']));
  expect(headers).toMatchObject({ authorization: 'Bearer bearer-token-of-the-test' });
  expect(path).toBe('/registry?restype=container&comp=batch');
  expect(String(body).match(/^authorization: Bearer bearer-token-of-the-test\r$/gm)).toHaveLength(2);
});
