import { ObjectStorage } from '../../../../../src/core/storage/objects/index.js';
import type { ObjectStore } from '../../../../../src/core/storage/objects/object-store.js';
import { openS3Store } from '../../../../../src/core/storage/objects/s3/index.js';
import type { StorageTrash } from '../../../../../src/core/storage/trash.js';
import { digest } from '../../../../support/builders.js';
import { OLD, ROOT, blobKey } from '../../../../support/fake-object-store.js';
import { asDigest } from '../../../../support/names.js';
import { s3Error, startFakeS3, type FakeS3 } from '../../../../support/servers/fake-s3.js';
import { kindOf, type StorageFault, type StorageRequest } from '../../../../support/servers/storage-proxy.js';

const DATE = '2026-11-26';
const NAMES = ['a', 'b', 'c'].map((name) => asDigest(digest(name)));
const HEXES = NAMES.map((name) => name.slice(7));
const trashKey = (hex: string): string => `regadm/trash/${DATE}/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
const run = { mayContinue: async (): Promise<void> => {} };

let s3: FakeS3;
let store: ObjectStore;
let trash: StorageTrash;

beforeAll(async () => {
  s3 = await startFakeS3();
});
afterAll(() => s3?.stop());
beforeEach(async () => {
  s3.proxy.reset();
  s3.ignoredConditions = [];
  s3.store.objects.clear();
  for (const name of NAMES) s3.store.put(blobKey(name), 'content');
  const sleep = async (): Promise<void> => {};
  const { bucket, endpoint, env } = s3;
  store = await openS3Store({ kind: 's3', bucket, endpoint }, { concurrency: 4, env, sleep });
  trash = new ObjectStorage(store, ROOT).trash();
});
afterEach(() => store.close());

const isCopy = ({ headers }: StorageRequest): boolean => headers['x-amz-copy-source'] !== undefined;

/** Lets the first request of a kind fail. @param meanwhile called before the request that follows it is answered */
function failOnce(isMeant: (request: StorageRequest) => boolean, fault: StorageFault, meanwhile?: () => void): void {
  let isDone = false;
  s3.proxy.fault = (request) => {
    if (isDone) {
      meanwhile?.();
      meanwhile = undefined;
    }
    if (isDone || !isMeant(request)) return Promise.resolve(undefined);
    isDone = true;
    return Promise.resolve(fault);
  };
}

const moved = { status: 'moved', bytes: 7 };

test.each([{ isExecuted: true }, { isExecuted: false }])(
  'a copy without a response is looked at, and sent again only if the object is not there: %j',
  async ({ isExecuted }) => {
    failOnce(isCopy, { reset: true, isExecuted });
    expect(trash.unansweredAt).toBeUndefined();
    const startedAt = performance.now();
    expect(await trash.moveBlobs(HEXES, DATE, run)).toEqual([moved, moved, moved]);
    expect(s3.proxy.requests.filter(isCopy)).toHaveLength(isExecuted ? 3 : 4);
    expect(s3.store.keys()).toEqual(HEXES.map(trashKey).sort());
    expect(trash.unansweredAt).toBeGreaterThanOrEqual(startedAt);
  },
);

test.each([{ isExecuted: true }, { isExecuted: false }])(
  'a deletion without a response is looked at: %j',
  async ({ isExecuted }) => {
    failOnce((request) => kindOf(request) === 'DeleteObjects', { status: 504, isExecuted });
    expect(await trash.moveBlobs(HEXES, DATE, run)).toEqual([moved, moved, moved]);
    expect(s3.proxy.counts().DeleteObjects).toBe(isExecuted ? 1 : 2);
    expect(s3.store.keys()).toEqual(HEXES.map(trashKey).sort());
    expect(trash.unansweredAt).toBeDefined();
  },
);

test('a blob that was pushed again after a deletion without a response is kept', async () => {
  const isDeletion = (request: StorageRequest): boolean => kindOf(request) === 'DeleteObjects';
  failOnce(isDeletion, { reset: true, isExecuted: true }, () => {
    s3.store.put(blobKey(NAMES[0]!), 'content', Date.now() + 5000);
  });
  const moves = await trash.moveBlobs(HEXES, DATE, run);
  expect(moves[0]).toMatchObject({ status: 'failed', message: expect.stringContaining('it was written again') });
  expect(moves.slice(1)).toEqual([moved, moved]);
  expect(s3.store.objects.has(blobKey(NAMES[0]!))).toBe(true);
  expect(s3.store.objects.has(trashKey(HEXES[0]!))).toBe(true);
});

test('a link that was written again after a deletion without a response is kept', async () => {
  const link = { repository: 'ns/app', kind: 'layer' as const, path: NAMES[0]!, digest: NAMES[0]! };
  const key = `${ROOT}/repositories/ns/app/_layers/sha256/${HEXES[0]}/link`;
  s3.store.put(key, NAMES[0]!);
  failOnce(
    (request) => kindOf(request) === 'DeleteObjects',
    { reset: true, isExecuted: true },
    () => {
      s3.store.put(key, NAMES[0]!, Date.now());
    },
  );
  const [deletion] = await trash.deleteLinks([link], { ...run, keepWrittenSince: OLD + 1000 });
  expect(deletion).toMatchObject({ status: 'failed', message: expect.stringContaining('it was written again') });
  expect(s3.store.objects.has(key)).toBe(true);
});

test.each([
  { what: 'an error in a response with status 200 that can pass', code: 'SlowDown', isMoved: true },
  { what: 'another error in a response with status 200', code: 'AccessDenied', isMoved: false },
])('a copy with $what', async ({ code, isMoved }) => {
  failOnce(isCopy, { status: 200, body: `\n  ${s3Error(code)}` });
  const [move] = await trash.moveBlobs(HEXES.slice(0, 1), DATE, run);
  expect(move).toEqual(isMoved ? moved : { status: 'failed', message: expect.stringContaining(code) });
  expect(s3.store.objects.has(blobKey(NAMES[0]!))).toBe(!isMoved);
});

test('an answer to a copy that is cut off, or has no ETag, is not a success', async () => {
  failOnce(isCopy, { status: 200, body: '<CopyObjectResult><Progress>1</Progress></CopyObjectResult>' });
  const [move] = await trash.moveBlobs(HEXES.slice(0, 1), DATE, run);
  expect(move).toEqual({ status: 'failed', message: expect.stringContaining('the answer cannot be used') });
  expect(s3.store.objects.has(blobKey(NAMES[0]!))).toBe(true);
});

test('without the permission to write, nothing is moved, and the rest is not tried', async () => {
  s3.proxy.fault = (request) => (isCopy(request) ? { status: 403, body: s3Error('AccessDenied') } : undefined);
  const names = Array.from({ length: 50 }, (_, index) => asDigest(digest(`blob ${index}`)));
  for (const name of names) s3.store.put(blobKey(name), 'content');
  const moves = await trash.moveBlobs(
    names.map((name) => name.slice(7)),
    DATE,
    run,
  );
  expect(moves[0]).toEqual({ status: 'failed', message: expect.stringContaining('s3:PutObject') });
  expect(moves.at(-1)).toMatchObject({ status: 'skipped' });
  expect(s3.proxy.requests.filter(isCopy).length).toBeLessThan(10);
  expect(s3.proxy.counts().DeleteObjects).toBeUndefined();
});

test('a run that may not continue after the copies deletes nothing', async () => {
  let calls = 0;
  const mayContinue = (): Promise<void> => (++calls > 4 ? Promise.reject(new Error('no lease')) : Promise.resolve());
  const moves = await trash.moveBlobs(HEXES, DATE, { mayContinue });
  expect(moves).toEqual(HEXES.map(() => ({ status: 'skipped', reason: 'no lease' })));
  expect(NAMES.every((name) => s3.store.objects.has(blobKey(name)))).toBe(true);
});

test.each([{ isExecuted: true }, { isExecuted: false }])(
  'a file whose write received no response is written once: %j',
  async ({ isExecuted }) => {
    const version = await trash.replaceFile('lease.json', Buffer.from('1'), undefined);
    const isWrite = ({ method, path }: StorageRequest): boolean => method === 'PUT' && path.endsWith('/lease.json');
    failOnce(isWrite, { reset: true, isExecuted });
    const next = await trash.replaceFile('lease.json', Buffer.from('2'), version);
    expect(await trash.readFile('lease.json')).toEqual({ content: Buffer.from('2'), version: next });
  },
);

const EVERY = ['if-none-match', 'if-match'];

test.each([
  { ignored: EVERY, cause: /\(If-None-Match\), so .* changes its trash$/ },
  { ignored: ['if-match'], cause: /\(If-Match\), so .* changes its trash$/ },
  { ignored: EVERY, versioning: 'Enabled', cause: /has versioning, and services such as Ceph do not honor them then$/ },
])('a store that ignores the conditions of writes is refused: %j', async ({ ignored, versioning, cause }) => {
  s3.ignoredConditions = ignored;
  s3.versioning = versioning;
  expect(await trash.warnings()).toHaveLength(versioning ? 1 : 0);
  const refused = trash.replaceFile('lease.json', Buffer.from('1'), undefined);
  await expect(refused).rejects.toMatchObject({
    code: 'STORAGE_UNCONDITIONAL',
    exitCode: 4,
    message: expect.stringMatching(cause),
  });
  expect(s3.store.keys().filter((key) => key.startsWith('regadm/'))).toEqual([]);
});

test.each([1, 2, 3, 4])('a store is not refused because response %i to its probe is lost', async (number) => {
  let count = 0;
  s3.proxy.fault = ({ method, path }) =>
    method === 'PUT' && path.includes('/probe-') && ++count === number ? { reset: true, isExecuted: true } : undefined;
  expect(await trash.replaceFile('lease.json', Buffer.from('1'), undefined)).toBeDefined();
  expect(count).toBeGreaterThan(number);
});

test('the probe of a killed run is deleted when it is old', async () => {
  s3.store.put('regadm/probe-old', '1', OLD);
  s3.store.put('regadm/probe-new', '1', Date.now());
  await trash.replaceFile('lease.json', Buffer.from('1'), undefined);
  expect(s3.store.keys().filter((key) => key.startsWith('regadm/probe-'))).toEqual(['regadm/probe-new']);
});

test('links whose content the listing does not state are read', async () => {
  const key = (hex: string): string => `${ROOT}/repositories/ns/app/_layers/sha256/${hex}/link`;
  s3.store.put(key(HEXES[0]!), `${NAMES[0]!}\n`);
  s3.store.put(key(HEXES[1]!), NAMES[2]!);
  const found: string[] = [];
  await trash.walkLinks({ onLink: ({ path, digest: name }) => void found.push(`${path} ${name}`) });
  expect(found.sort()).toEqual([`${NAMES[0]} ${NAMES[0]}`, `${NAMES[1]} ${NAMES[2]}`].sort());
  expect(s3.proxy.requests.filter(({ path }) => path.endsWith('/link'))).toHaveLength(1);
});

test('parts of a copy that a killed run left in the trash are removed by the next move, and no others', async () => {
  const uploads = [
    { key: trashKey(HEXES[1]!), id: 'of the trash', startedAt: OLD },
    { key: `${ROOT}/repositories/ns/app/_uploads/1/data`, id: 'of a push', startedAt: OLD },
  ];
  s3.store.uploads = [...uploads];
  expect(await trash.moveBlobs(HEXES.slice(0, 1), DATE, run)).toEqual([moved]);
  expect(s3.store.uploads).toEqual(uploads.slice(1));
});
