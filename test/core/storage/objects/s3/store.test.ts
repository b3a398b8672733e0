import { ObjectStorage } from '../../../../../src/core/storage/objects/index.js';
import type { ObjectStore, StoredObject } from '../../../../../src/core/storage/objects/object-store.js';
import type { S3Location } from '../../../../../src/core/storage/location.js';
import { openS3Store } from '../../../../../src/core/storage/objects/s3/index.js';
import { findRegistryKey } from '../../../../../src/core/storage/objects/open.js';
import { OLD, ROOT, fillStore } from '../../../../support/fake-object-store.js';
import { expectAsRecorded, recordedHardPrunes } from '../../../../support/recorded-hard-prunes.js';
import { kindOf, type StorageFault, type StorageRequest } from '../../../../support/servers/storage-proxy.js';
import { SECRET_KEY, s3Error, startFakeS3, type FakeS3 } from '../../../../support/servers/fake-s3.js';

let s3: FakeS3;
const opened: ObjectStore[] = [];

beforeEach(async () => {
  s3 = await startFakeS3();
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await s3.stop();
});

const open = async (more: Partial<S3Location> = {}, env: Record<string, string> = s3.env): Promise<ObjectStore> => {
  const location: S3Location = { kind: 's3', bucket: s3.bucket, endpoint: s3.endpoint, ...more };
  const store = await openS3Store(location, { concurrency: 16, env, sleep: async () => {} });
  opened.push(store);
  return store;
};

async function listAll(store: ObjectStore, prefix = ''): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  for await (const page of store.list(prefix)) found.push(...page);
  return found;
}

/** Breaks requests of a kind, or the first ones of it. */
function fail(kind: string, fault: StorageFault, count = Infinity): void {
  let left = count;
  s3.proxy.fault = (request: StorageRequest) => (kindOf(request) === kind && left-- > 0 ? fault : undefined);
}

const failed = (status: number, code: string, more = '', headers = {}): StorageFault => ({
  status,
  body: s3Error(code, more),
  headers,
});

describe('requests', () => {
  test('list all pages, levels and uploads, find, read, delete and abort', async () => {
    const store = await open();
    s3.store.limits.pageSize = 2;
    for (const key of ['a/1', 'a/2', 'a/b/3', 'a/ü +&<>"\'()*', 'a/z', 'b/1']) s3.store.put(key, 'text', OLD);
    s3.store.put('empty', '', OLD);
    expect((await listAll(store, 'a/')).map(({ key }) => key).sort()).toEqual(
      ['a/1', 'a/2', 'a/b/3', 'a/z', 'a/ü +&<>"\'()*'].sort(),
    );
    const levels = [];
    for await (const level of store.listLevel('a/'))
      levels.push(...level.objects.map(({ key }) => key), ...level.prefixes);
    expect(levels.sort()).toEqual(['a/1', 'a/2', 'a/b/', 'a/z', 'a/ü +&<>"\'()*'].sort());
    expect(await store.find('a/1')).toEqual({ key: 'a/1', bytes: 4, writtenAt: OLD });
    expect(await store.find('empty')).toEqual({ key: 'empty', bytes: 0, writtenAt: OLD });
    expect(await store.find('none')).toBeUndefined();
    expect((await store.read('a/ü +&<>"\'()*', 10))?.toString()).toBe('text');
    expect(await store.read('none', 10)).toBeUndefined();
    expect(await store.delete(['a/1', 'none'])).toEqual([undefined, undefined]);
    s3.store.uploads = ['1', '2', '3'].map((id) => ({ key: `u/${id}`, id, startedAt: OLD }));
    const uploads = [];
    for await (const page of store.listUploads('u/')) uploads.push(...page);
    expect(uploads).toEqual(s3.store.uploads);
    s3.store.partBytes = 1000;
    expect(await store.measureUpload(uploads[0]!)).toBe(1000);
    await store.abortUpload(uploads[0]!);
    expect(await store.measureUpload(uploads[0]!)).toBe(0);
    expect(s3.store.uploads).toHaveLength(2);
  });

  test.each<[string, StorageFault]>([
    ['SlowDown', failed(503, 'SlowDown')],
    ['RequestTimeout', failed(400, 'RequestTimeout')],
    ['429', { status: 429 }],
    ['500', failed(500, 'InternalError')],
    ['a reset', { reset: true }],
    ['an answer that is cut off', { cutAfter: 20 }],
  ])('are repeated after %s', async (_what, fault) => {
    const store = await open();
    s3.store.put('a', 'text');
    fail('LIST', fault, 2);
    expect(await listAll(store)).toHaveLength(1);
  });
});

test.each([
  ['us-east-1', {}, {}],
  ['eu-west-1', {}, { AWS_REGION: 'eu-west-1' }],
  ['eu-north-1', { region: 'eu-north-1' }, { AWS_REGION: 'eu-west-1' }],
])('requests are signed for the region %s', async (region, location, env) => {
  await listAll(await open(location, { ...s3.env, ...env }));
  expect(s3.proxy.requests[0]!.headers.authorization).toContain(`/${region}/s3/aws4_request`);
});

describe('a listing fails', () => {
  test.each<[string, StorageFault]>([
    ['if it is not XML', { status: 200, body: 'hello' }],
    ['if it is cut off', { status: 200, body: '<ListBucketResult><IsTruncated>false</IsTruncated>' }],
    ['if it is another document', { status: 200, body: '<html></html>' }],
    ['if it does not state whether it is complete', { status: 200, body: '<ListBucketResult></ListBucketResult>' }],
    [
      'if the next page is not named',
      { status: 200, body: '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>' },
    ],
    [
      'if it has fewer keys than it states',
      {
        status: 200,
        body: '<ListBucketResult><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>',
      },
    ],
    [
      'if it belongs to another bucket',
      { status: 200, body: '<ListBucketResult><Name>other</Name><IsTruncated>false</IsTruncated></ListBucketResult>' },
    ],
    [
      'if it belongs to another prefix',
      { status: 200, body: '<ListBucketResult><Prefix>x</Prefix><IsTruncated>false</IsTruncated></ListBucketResult>' },
    ],
    [
      'if it has a size that is not a number',
      {
        status: 200,
        body: '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>1e3</Size><LastModified>2025-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>',
      },
    ],
    [
      'if it declares entities',
      {
        status: 200,
        body: '<!DOCTYPE x [<!ENTITY a "b">]><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>',
      },
    ],
  ])('%s', async (_what, fault) => {
    const store = await open();
    fail('LIST', fault);
    await expect(listAll(store)).rejects.toMatchObject({ code: 'STORAGE_ERROR', exitCode: 1 });
  });

  test.each([
    ['a key', '<Contents><Key>b</Key><Size>1</Size><LastModified>2025-01-01T00:00:00Z</LastModified></Contents>'],
    ['a prefix', '<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>'],
  ])('if it has %s that was not asked for', async (_what, entry) => {
    const store = await open();
    const body = `<ListBucketResult><IsTruncated>false</IsTruncated>${entry}</ListBucketResult>`;
    fail('LIST', { status: 200, body });
    await expect(listAll(store, 'a')).rejects.toThrow('it names a key outside of the prefix');
  });

  const uploads = (content: string): string => `<ListMultipartUploadsResult>${content}</ListMultipartUploadsResult>`;
  const upload = (key: string): string =>
    `<Upload><Key>${key}</Key><UploadId>1</UploadId><Initiated>2025-01-01T00:00:00Z</Initiated></Upload>`;
  test.each([
    ['is cut off', uploads(upload('a')).slice(0, -9), 'not complete XML'],
    ['is another document', '<html></html>', 'it is <html>'],
    ['does not state whether it is complete', uploads(upload('a')), 'without <IsTruncated>'],
    ['does not name the next page', uploads('<IsTruncated>true</IsTruncated>'), 'without <NextKeyMarker>'],
    ['has a key that was not asked for', uploads(`<IsTruncated>false</IsTruncated>${upload('b')}`), 'outside of the'],
    [
      'names the same next page again',
      uploads(
        '<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>',
      ),
      'does not end',
    ],
  ])('if that of uploads %s', async (_what, body, message) => {
    const store = await open();
    fail('ListMultipartUploads', { status: 200, body });
    const read = async (): Promise<void> => {
      for await (const page of store.listUploads('a')) expect(page).toEqual([]);
    };
    await expect(read()).rejects.toThrow(message);
  });

  test('if a continuation token repeats', async () => {
    const store = await open();
    const body =
      '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>';
    fail('LIST', { status: 200, body });
    await expect(listAll(store)).rejects.toThrow('a listing does not end');
  });

  test('if a later page fails', async () => {
    const store = await open();
    s3.store.limits.pageSize = 1;
    for (const key of ['a', 'b', 'c', 'd']) s3.store.put(key);
    s3.proxy.fault = ({ query }) => (query.get('continuation-token') === 'b' ? failed(403, 'AccessDenied') : undefined);
    await expect(listAll(store)).rejects.toMatchObject({ code: 'STORAGE_DENIED' });
  });
});

describe('errors state the cause and the remedy', () => {
  test.each<[string, StorageFault, string, RegExp, RegExp]>([
    ['a missing permission', failed(403, 'AccessDenied'), 'STORAGE_DENIED', /s3:ListBucket/, /grant s3:ListBucket/],
    ['a missing bucket', failed(404, 'NoSuchBucket'), 'STORAGE_ERROR', /does not exist/, /name of the bucket/],
    ['a wrong secret', failed(403, 'SignatureDoesNotMatch'), 'STORAGE_CREDENTIALS', /does not match/, /credentials/],
    ['an unknown key', failed(403, 'InvalidAccessKeyId'), 'STORAGE_CREDENTIALS', /does not exist/, /credentials/],
    ['an expired token', failed(400, 'ExpiredToken'), 'STORAGE_CREDENTIALS', /has expired/, /credentials/],
    [
      'clocks that differ',
      failed(403, 'RequestTimeTooSkewed'),
      'STORAGE_ERROR',
      /clock differs.*here.*there/,
      /set the clock/,
    ],
    [
      'a redirect',
      failed(301, 'PermanentRedirect', '<Endpoint>x.example</Endpoint>', { 'x-amz-bucket-region': 'eu-west-1' }),
      'STORAGE_ERROR',
      /region eu-west-1/,
      /--storage-region eu-west-1/,
    ],
    [
      'a temporary redirect',
      failed(307, 'TemporaryRedirect', '<Endpoint>bucket.s3.eu-west-1.example</Endpoint>'),
      'STORAGE_ERROR',
      /another endpoint: endpoint bucket\.s3\.eu-west-1\.example \(status 307\)/,
      /--storage-endpoint/,
    ],
    [
      'a wrong region',
      failed(400, 'AuthorizationHeaderMalformed', '<Region>eu-north-1</Region>'),
      'STORAGE_ERROR',
      /region eu-north-1/,
      /--storage-region eu-north-1/,
    ],
    [
      'a web page',
      { status: 404, body: '<html><body>no</body></html>' },
      'STORAGE_ERROR',
      /not one of S3/,
      /--storage-endpoint/,
    ],
  ])('%s', async (_what, fault, code, message, suggestion) => {
    const store = await open();
    fail('LIST', fault);
    const error = await listAll(store).catch((thrown: unknown) => thrown as { message: string; suggestions: string[] });
    expect(error).toMatchObject({ code, exitCode: 1, message: expect.stringMatching(message) });
    expect((error as { suggestions: string[] }).suggestions.join()).toMatch(suggestion);
    expect(JSON.stringify(error)).not.toContain(SECRET_KEY);
  });

  test('a look-up: archived objects exist, and a service that ignores the range sends no large object', async () => {
    const store = await open();
    s3.store.put('a', 'x'.repeat(100_000));
    fail('GET', failed(403, 'InvalidObjectState'));
    expect(await store.find('a')).toEqual({ key: 'a', bytes: 0, isArchived: true, writtenAt: Infinity });
    fail('GET', { status: 200, body: 'x'.repeat(100_000) });
    await expect(store.find('a')).rejects.toThrow('more than 64 KiB');
    fail('GET', failed(403, 'AccessDenied'));
    await expect(store.find('a')).rejects.toThrow('s3:GetObject');
    fail('GET', { status: 404, body: '<html>' });
    await expect(store.find('a')).rejects.toThrow('not one of S3');
  });

  test('a look-up of an empty object states its time, although the error about the range does not', async () => {
    const store = await open();
    s3.store.put('a', '', OLD);
    s3.proxy.fault = ({ headers }) => (headers.range === undefined ? undefined : failed(416, 'InvalidRange'));
    expect(await store.find('a')).toEqual({ key: 'a', bytes: 0, writtenAt: OLD });
  });

  test.each([
    ['GetObject denied', failed(403, 'AccessDenied'), /s3:GetObject/],
    ['an archived object', failed(403, 'InvalidObjectState'), /archived/],
    ['a 404 of a proxy', { status: 404, body: 'no' }, /not one of S3/],
  ])('a read: %s', async (_what, fault, message) => {
    const store = await open();
    fail('GET', fault);
    await expect(store.read('a', 10)).rejects.toThrow(message);
  });

  test('an object that is too long', async () => {
    const store = await open();
    s3.store.put('a', 'x'.repeat(3000));
    await expect(store.read('a', 2048)).rejects.toThrow('more than 2 KiB');
  });

  test('an abort that is denied', async () => {
    const store = await open();
    fail('DELETE', failed(403, 'AccessDenied'));
    await expect(store.abortUpload({ key: 'a', id: '1', startedAt: 0 })).rejects.toThrow('s3:AbortMultipartUpload');
  });
});

describe('deletions', () => {
  const fill = (): void => ['a', 'b', 'c'].forEach((key) => s3.store.put(key));

  test('report the problems of single keys', async () => {
    const store = await open();
    fill();
    s3.store.problemOf = (key) => (key === 'b' ? 'InvalidRequest' : undefined);
    expect(await store.delete(['a', 'b', 'c'])).toEqual([undefined, 'InvalidRequest: no', undefined]);
    expect(s3.proxy.counts().DeleteObjects).toBe(1);
  });

  test.each(['SlowDown', 'InternalError'])('are repeated for the keys that were not deleted for %s', async (code) => {
    const store = await open();
    fill();
    let left = 2;
    s3.store.problemOf = (key) => (key === 'b' && left-- > 0 ? code : undefined);
    expect(await store.delete(['a', 'b', 'c'])).toEqual([undefined, undefined, undefined]);
    expect(s3.proxy.requests.map(({ body }) => body.toString().match(/<Key>/g)!.length)).toEqual([3, 1, 1]);
  });

  test('fail for the keys that six requests did not delete, and as a whole if these are all', async () => {
    const store = await open();
    fill();
    s3.store.problemOf = (key) => (key === 'b' ? 'SlowDown' : undefined);
    expect(await store.delete(['a', 'b', 'c'])).toEqual([undefined, 'SlowDown: no', undefined]);
    expect(s3.proxy.counts().DeleteObjects).toBe(6);
    await expect(store.delete(['b'])).rejects.toMatchObject({
      code: 'STORAGE_ERROR',
      message: 's3://bucket: cannot delete objects: SlowDown: no',
    });
  });

  test('keep the results of the first request if a repeated one is refused', async () => {
    const store = await open();
    fill();
    s3.store.problemOf = (key) => (key === 'b' ? 'SlowDown' : undefined);
    let requests = 0;
    s3.proxy.fault = () => (++requests > 1 ? failed(400, 'ExpiredToken') : undefined);
    expect(await store.delete(['a', 'b'])).toEqual([undefined, 'SlowDown: no']);
  });

  test('fail, or are repeated, if the successful status comes with an error', async () => {
    const store = await open();
    fill();
    fail('DeleteObjects', { status: 200, body: s3Error('SlowDown') }, 2);
    expect(await store.delete(['a', 'b'])).toEqual([undefined, undefined]);
    fail('DeleteObjects', { status: 200, body: s3Error('AccessDenied') });
    await expect(store.delete(['c'])).rejects.toThrow('cannot delete objects: AccessDenied (status 200)');
    expect(s3.store.keys()).toEqual(['c']);
  });

  test('a locked object is named as locked', async () => {
    const store = await open();
    fill();
    s3.store.problemOf = (key) => (key === 'b' ? 'AccessDenied' : undefined);
    s3.proxy.fault = ({ method, path }) =>
      method === 'GET' && path.endsWith('/b')
        ? { status: 206, body: 'x', headers: { 'x-amz-object-lock-retain-until-date': '2030-01-01T00:00:00Z' } }
        : undefined;
    const [, problem] = await store.delete(['a', 'b', 'c']);
    expect(problem).toBe('the object is locked (object lock until 2030-01-01T00:00:00Z): b');
  });

  const HELD = { 'x-amz-object-lock-legal-hold': 'ON' };
  test.each([
    ['a legal hold', HELD, 'AccessDenied', '', 'the object is locked (legal hold): b'],
    ['a lock of AWS', {}, 'AccessDenied', 'object lock', 'the object is locked (AccessDenied: object lock): b'],
    ['a lock of MinIO', {}, 'InvalidRequest', 'is WORM', 'the object is locked (InvalidRequest: is WORM): b'],
    [
      'no readable lock',
      {},
      'AccessDenied',
      '',
      expect.stringMatching(/object is locked, or .*s3:DeleteObject on it: b$/),
    ],
  ])('state %s', async (_what, headers, code, text, expected) => {
    const store = await open();
    fill();
    s3.proxy.fault = ({ method, path }) => {
      if (method === 'GET') return path.endsWith('/b') ? { status: 206, body: 'x', headers } : undefined;
      const error = `<Error><Key>b</Key><Code>${code}</Code><Message>${text}</Message></Error>`;
      return { status: 200, body: `<DeleteResult><Deleted><Key>a</Key></Deleted>${error}</DeleteResult>` };
    };
    expect(await store.delete(['a', 'b'])).toEqual([undefined, expected]);
  });

  test('are refused as a whole if each key is denied', async () => {
    const store = await open();
    fill();
    s3.store.problemOf = () => 'AccessDenied';
    await expect(store.delete(['a', 'b'])).rejects.toMatchObject({
      name: 'RegadmError',
      code: 'STORAGE_DENIED',
      message: expect.stringContaining('s3:DeleteObject'),
    });
  });

  test.each([501, 405])('are sent one by one if the service has no DeleteObjects (%i)', async (status) => {
    const store = await open();
    fill();
    fail('DeleteObjects', { status, body: s3Error('NotImplemented') });
    s3.store.problemOf = (key) => (key === 'b' ? 'AccessDenied' : undefined);
    expect(await store.delete(['a', 'b', 'c'])).toEqual([
      undefined,
      expect.stringContaining('AccessDenied'),
      undefined,
    ]);
    expect(s3.store.keys()).toEqual(['b']);
    expect(s3.proxy.counts().DeleteObjects).toBe(1);
    expect(store.limits.batchSize).toBe(16);
  });

  test('one by one, a request that fails is a failure of its key; refused for every key, it is a refusal', async () => {
    const store = await open();
    fill();
    s3.proxy.fault = ({ method, path }) => {
      if (method === 'POST') return { status: 501 };
      return path.endsWith('/b') ? { reset: true } : undefined;
    };
    expect(await store.delete(['a', 'b', 'c'])).toEqual([
      undefined,
      expect.stringContaining('cannot reach s3://bucket'),
      undefined,
    ]);
    s3.proxy.fault = () => failed(400, 'ExpiredToken');
    await expect(store.delete(['a', 'b'])).rejects.toMatchObject({ code: 'STORAGE_CREDENTIALS' });
    // The request for a can have been executed.
    s3.proxy.fault = ({ path }) => (path.endsWith('/a') ? { reset: true } : failed(400, 'ExpiredToken'));
    expect(await store.delete(['a', 'b'])).toEqual([
      expect.stringContaining('cannot reach'),
      expect.stringContaining('the session token has expired'),
    ]);
  });

  test.each([
    ['other keys', '<DeleteResult><Deleted><Key>x</Key></Deleted></DeleteResult>'],
    ['not every key', '<DeleteResult><Deleted><Key>a</Key></Deleted></DeleteResult>'],
    ['nothing', ''],
  ])('fail if the answer names %s', async (_what, body) => {
    const store = await open();
    fail('DeleteObjects', { status: 200, body });
    await expect(store.delete(['a', 'b'])).rejects.toMatchObject({ code: 'STORAGE_ERROR' });
  });
});

describe('warnings', () => {
  test.each([
    ['Enabled', [expect.stringContaining('frees nothing')]],
    ['Suspended', [expect.stringContaining('until that was suspended')]],
    [undefined, []],
  ])('versioning %s', async (status, warnings) => {
    s3.versioning = status;
    expect(await (await open()).warnings()).toEqual(warnings);
  });

  test('old versions that can be deleted only with multi-factor authentication', async () => {
    const body =
      '<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>';
    s3.proxy.fault = ({ query }) => (query.has('versioning') ? { status: 200, body } : undefined);
    expect(await (await open()).warnings()).toEqual([expect.stringContaining('(MfaDelete), not by a lifecycle rule')]);
  });

  test('versioning that may not be read', async () => {
    s3.proxy.fault = ({ query }) => (query.has('versioning') ? failed(403, 'AccessDenied') : undefined);
    expect(await (await open()).warnings()).toEqual([expect.stringMatching(/unknown.*s3:GetBucketVersioning/)]);
  });

  test.each([
    ['may not be listed', failed(403, 'AccessDenied'), /s3:ListMultipartUploadParts/],
    [
      'belong to another bucket',
      { status: 200, body: '<ListPartsResult><Bucket>other</Bucket></ListPartsResult>' },
      /belongs to another bucket/,
    ],
    ['belong to another upload', { status: 200, body: '<ListPartsResult/>' }, /belongs to another upload/],
    [
      'do not end',
      {
        status: 200,
        body: '<ListPartsResult><UploadId>1</UploadId><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker></ListPartsResult>',
      },
      /does not end/,
    ],
  ])('parts of an upload that %s', async (_, fault: StorageFault, message) => {
    fail('ListParts', fault);
    await expect((await open()).measureUpload({ key: 'u/1', id: '1', startedAt: OLD })).rejects.toThrow(message);
  });

  test('uploads that the service does not list', async () => {
    fail('ListMultipartUploads', { status: 501, body: s3Error('NotImplemented') });
    const store = await open();
    for await (const page of store.listUploads('')) expect(page).toEqual([]);
    expect(await store.warnings()).toEqual([expect.stringContaining('does not list open multipart uploads')]);
  });
});

describe('a registry', () => {
  test('is found below its root directory', async () => {
    const store = await open();
    s3.store.put(`some/dir/${ROOT}/blobs/sha256/00/x/data`);
    expect(await findRegistryKey(store, 'some/dir')).toBe(`some/dir/${ROOT}`);
    await expect(findRegistryKey(store, '')).rejects.toMatchObject({ code: 'STORAGE_NOT_A_REGISTRY', exitCode: 4 });
  });

  test('of another version is refused', async () => {
    s3.store.put('docker/registry/v3/blobs/x');
    await expect(findRegistryKey(await open(), '')).rejects.toMatchObject({
      code: 'STORAGE_UNKNOWN_LAYOUT',
      exitCode: 4,
    });
  });

  test.each(recordedHardPrunes().map((recorded) => [recorded.name, recorded] as const))(
    'is pruned as recorded: %s',
    async (_name, recorded) => {
      fillStore(s3.store, recorded.storage);
      const storage = new ObjectStorage(await open(), ROOT);
      await expectAsRecorded(
        recorded,
        { storage, files: () => s3.store.keys().map((key) => key.slice(ROOT.length + 1)) },
        false,
      );
    },
  );
});
