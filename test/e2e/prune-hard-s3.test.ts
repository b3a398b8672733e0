import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type Sandbox } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import { interrupt, type CliResult } from '../support/cli.js';
import { regadm } from '../support/regadm.js';
import { ROOT, blobKey } from '../support/fake-object-store.js';
import { guardedState, type Run } from '../support/guarded.js';
import { makeAuthority } from '../support/servers/certificates.js';
import { ACCESS_KEY, SECRET_KEY, s3Error, type FakeS3 } from '../support/servers/fake-s3.js';
import { kindOf, type StorageFault, type StorageRequest } from '../support/servers/storage-proxy.js';
import { startSampleOnS3 } from '../support/sample-on-s3.js';
import { temporaryDirectory } from '../support/storage-tree.js';

interface Document {
  kind: string;
  code?: string;
  summary: Record<string, number>;
  blobs: { digest: string; status: string; reason?: string }[];
  uploads: { repository: string; id: string; status: string; message?: string }[];
  warnings: string[];
  procedure: { step: string; outcome: string; message?: string }[];
  failures: { target: string; message: string }[];
}

let sandbox: Sandbox;
let s3: FakeS3;

beforeEach(async () => {
  ({ sandbox, s3 } = await startSampleOnS3());
});
afterEach(async () => {
  await s3.stop();
  await sandbox.stop();
});

const SKIP = ['--read-only=skip', '--keep-blobs-younger-than=0'];

/** Starts a run that a test can kill. */
function startS3(more: string[]): Run {
  const where = ['--storage', `s3://${s3.bucket}`, '--storage-endpoint', s3.endpoint];
  let child!: ChildProcess;
  const ended = regadm(['prune', 'hard', ...where, ...more], {
    kubeconfig: sandbox.kubeconfig.admin,
    env: s3.env,
    started: (started) => (child = started),
  });
  return { child, ended };
}

async function pruneS3(
  more: string[],
  env: Record<string, string> = s3.env,
): Promise<CliResult & { document: Document }> {
  const where = ['--storage', `s3://${s3.bucket}`, '--storage-endpoint', s3.endpoint];
  const args = ['prune', 'hard', ...where, '-o', 'json', ...more];
  const result = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin, env });
  expectNoSecrets(result);
  return { ...result, document: (result.stdout === '' ? undefined : JSON.parse(result.stdout)) as Document };
}

function expectNoSecrets({ stdout, stderr }: CliResult): void {
  for (const secret of [ACCESS_KEY, SECRET_KEY, 'session-token-of-the-test'])
    expect(stdout + stderr).not.toContain(secret);
}

/** Breaks a kind of request, from the given number on. */
function fail(kind: string, fault: StorageFault, from = 1): void {
  let requests = 0;
  s3.proxy.fault = (request: StorageRequest) => (kindOf(request) === kind && ++requests >= from ? fault : undefined);
}

const refused = (status: number, code: string): StorageFault => ({ status, body: s3Error(code) });

test('a dry run finds what it finds in a directory, and changes nothing', async () => {
  const keys = s3.store.keys();
  const { document, status, stderr } = await pruneS3([...SKIP, '-v', '10'], {
    ...s3.env,
    AWS_SESSION_TOKEN: 'session-token-of-the-test',
  });
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('error:')]);
  const args = ['prune', 'hard', '--storage', sandbox.storageDir, ...SKIP, '-o', 'json'];
  const directory = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin });
  const expected = JSON.parse(directory.stdout) as Document;
  expect(expected.summary.blobs).toBeGreaterThan(0);
  const requests = s3.proxy.requests.length;
  expect(document.summary).toEqual({ ...expected.summary, requests });
  expect(expected.summary).not.toHaveProperty('requests');
  expect(document.blobs).toEqual(expected.blobs);
  expect(s3.store.keys()).toEqual(keys);
  expect(new Set(s3.proxy.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
});

test.each(['skip', 'auto'])('--confirm deletes it (--read-only=%s), and restores the registry', async (mode) => {
  const before = guardedState(sandbox);
  const { document, status } = await pruneS3(['--confirm', `--read-only=${mode}`, '--keep-blobs-younger-than=0']);
  expect(status).toBe(0);
  expect(document.summary.blobs).toBeGreaterThan(0);
  for (const { digest: name } of document.blobs) expect(s3.store.objects.has(blobKey(name))).toBe(false);
  expect(guardedState(sandbox)).toEqual(before);
  const atRisk = 'an image that is pushed during this run can be damaged';
  expect(document.warnings.some((warning) => warning.includes(atRisk))).toBe(mode === 'skip');
  const again = await pruneS3(['--confirm', ...SKIP]);
  expect(again.document.summary).toMatchObject({ blobs: 0, manifestLinks: 0, repositories: 0 });
});

test('the output states the number of requests to the storage', async () => {
  const { ended } = startS3([...SKIP]);
  const { stdout } = await ended;
  expect(stdout).toContain(`\n${s3.proxy.requests.length} requests to the storage\n`);
});

test('1,000 orphans among 1,011 blobs cost at most 30 requests', async () => {
  for (const key of s3.store.keys().slice(11)) if (key.includes('/blobs/')) s3.store.objects.delete(key);
  for (let index = 0; index < 1000; index++) s3.store.put(blobKey(digest(`orphan ${index}`)), 10);
  const { document, status } = await pruneS3(['--confirm', ...SKIP, '--rules=registry']);
  expect([status, document.summary.blobs]).toEqual([0, expect.any(Number)]);
  expect(document.summary.blobs).toBeGreaterThanOrEqual(1000);
  expect(s3.proxy.requests.length).toBeLessThanOrEqual(30);
});

test('an online hard prune sends at most two requests per orphan until it is deleted, listings included', async () => {
  const orphans = Array.from({ length: 600 }, (_, index) => digest(`orphan ${index}`));
  for (const name of orphans) {
    s3.store.put(blobKey(name), 10);
    s3.store.put(`${ROOT}/repositories/shop/web/_layers/sha256/${name.slice(7)}/link`, name);
  }
  const run = ['--online', '--grace=0', '--recheck-after=0', '--trash-keep=0', '--keep-blobs-younger-than=0'];
  const marking = (await pruneS3([...run, '--confirm'])).document.summary;
  // Within the second of a mark, the storage's clock does not show that its grace period is over.
  s3.clockAheadMs = 1000;
  const moving = (await pruneS3([...run, '--confirm'])).document.summary;
  const [marked, trashed, purged] = [marking.marked!, moving.trashed!, moving.purged!];
  expect([marked >= orphans.length, trashed, purged]).toEqual([true, marked, marked]);
  expect(s3.proxy.requests.length).toBe(marking.requests! + moving.requests!);
  expect(s3.proxy.requests.length).toBeLessThanOrEqual(2 * marked);
});

describe('uploads in parts', () => {
  test('are counted, and aborted with --uploads-older-than; a denied abort is a failure of that upload', async () => {
    const [old, denied, young] = ['a', 'b', 'c'];
    const open = (id: string, startedAt: number): object => ({
      key: `${ROOT}/repositories/shop/web/_uploads/${id}/data`,
      id,
      startedAt,
    });
    s3.store.uploads = [open(old, 0), open(denied, 0), open(young, Date.now())] as typeof s3.store.uploads;
    s3.store.uploads.push({ key: blobKey(digest('copied')), id: 'd', startedAt: 0 });
    s3.proxy.fault = ({ query }) => (query.get('uploadId') === denied ? refused(403, 'AccessDenied') : undefined);
    const { document, status } = await pruneS3(['--confirm', ...SKIP, '--uploads-older-than=24h']);
    expect(status).toBe(3);
    expect(s3.store.uploads.map(({ id }) => id)).toEqual([denied, young]);
    expect(document.summary.abandonedUploads).toBeGreaterThanOrEqual(4);
    expect(document.failures).toEqual([
      { target: `shop/web upload ${denied}`, message: expect.stringContaining('s3:AbortMultipartUpload') },
    ]);
    expect(document.uploads).toContainEqual({
      repository: '(blobs)',
      id: digest('copied').slice(7),
      status: 'deleted',
    });
  });
});

describe('faults', () => {
  test.each<[string, string, StorageFault, string]>([
    ['a missing permission to list', 'LIST', refused(403, 'AccessDenied'), 's3:ListBucket'],
    ['a missing permission to delete', 'DeleteObjects', refused(403, 'AccessDenied'), 's3:DeleteObject'],
    [
      'a missing permission to list uploads',
      'ListMultipartUploads',
      refused(403, 'AccessDenied'),
      's3:ListBucketMultipartUploads',
    ],
    ['credentials that have expired', 'DeleteObjects', refused(400, 'ExpiredToken'), 'has expired'],
    ['an answer that is not of S3', 'LIST', { status: 200, body: '<html>' }, 'not complete XML'],
    [
      'another region',
      'LIST',
      { status: 301, body: s3Error('PermanentRedirect'), headers: { 'x-amz-bucket-region': 'eu-west-1' } },
      '--storage-region eu-west-1',
    ],
  ])('%s: exit status 1, nothing changed', async (_what, kind, fault, text) => {
    const keys = s3.store.keys();
    fail(kind, fault);
    const { status, stdout, stderr } = await pruneS3(['--confirm', ...SKIP]);
    expect([status, stdout + stderr]).toEqual([1, expect.stringContaining(text)]);
    expect(s3.store.keys()).toEqual(keys);
  });

  test('credentials that expire in the middle: exit status 3 with the document, and the next run finishes', async () => {
    fail('DeleteObjects', refused(400, 'ExpiredToken'), 3);
    const { status, document } = await pruneS3(['--confirm', ...SKIP]);
    expect([status, document.kind]).toEqual([3, 'HardPrune']);
    expect(document.failures.length).toBeGreaterThan(0);
    s3.proxy.reset();
    expect((await pruneS3(['--confirm', ...SKIP])).status).toBe(0);
    expect((await pruneS3(SKIP)).document.summary).toMatchObject({ blobs: 0, manifestLinks: 0, repositories: 0 });
  });

  test('keys that cannot be deleted: exit status 3, each is named, the others are deleted', async () => {
    const { document: plan } = await pruneS3(SKIP);
    const [first] = plan.blobs;
    s3.store.problemOf = (key) => (key === blobKey(first!.digest) ? 'InvalidRequest' : undefined);
    const { status, document } = await pruneS3(['--confirm', ...SKIP]);
    expect(status).toBe(3);
    expect(document.failures).toEqual([{ target: first!.digest, message: 'InvalidRequest: no' }]);
    expect(document.summary.blobs).toBe(plan.blobs.length - 1);
  });

  test('throttling is waited for', async () => {
    let left = 2;
    s3.proxy.fault = (request) =>
      kindOf(request) === 'DeleteObjects' && left-- > 0 ? refused(503, 'SlowDown') : undefined;
    const { status, document } = await pruneS3(['--confirm', ...SKIP]);
    expect([status, left, document.summary.requests]).toEqual([0, expect.any(Number), s3.proxy.requests.length]);
    expect(left).toBeLessThan(0);
  });

  test('kill -9 between batches: nothing in use is lost, and the next run finishes', async () => {
    const { document: plan } = await pruneS3(SKIP);
    const unused = new Set(plan.blobs.map(({ digest: name }) => blobKey(name)));
    const kept = s3.store.keys().filter((key) => key.endsWith('/data') && !unused.has(key));
    const { child, ended } = startS3(['--confirm', ...SKIP]);
    let requests = 0;
    s3.proxy.fault = (request) => {
      if (kindOf(request) !== 'DeleteObjects' || ++requests < 2) return undefined;
      child.kill('SIGKILL');
      return { reset: true };
    };
    expect((await ended).signal).toBe('SIGKILL');
    s3.proxy.reset();
    expect((await pruneS3(['--confirm', ...SKIP])).status).toBe(0);
    expect(s3.store.keys().filter((key) => key.endsWith('/data'))).toEqual(kept);
    expect((await pruneS3(SKIP)).document.summary).toMatchObject({ blobs: 0, manifestLinks: 0, repositories: 0 });
  });

  test('SIGTERM between batches: the step of the deletion has failed, and the document states what was skipped', async () => {
    const { child, ended } = startS3(['--confirm', '--keep-blobs-younger-than=0', '-o', 'json']);
    const before = guardedState(sandbox);
    let requests = 0;
    s3.proxy.fault = async (request) => {
      if (kindOf(request) === 'DeleteObjects' && ++requests === 1) await interrupt(child, 'SIGTERM');
      return undefined;
    };
    const { status, stdout } = await ended;
    const { summary, procedure } = JSON.parse(stdout) as Document;
    expect([status, summary.skipped]).toEqual([143, expect.any(Number)]);
    expect(summary.skipped).toBeGreaterThan(0);
    expect(procedure.find(({ step }) => step === 'deleting')).toMatchObject({
      outcome: 'failed',
      message: 'interrupted by SIGTERM',
    });
    expect(procedure.map(({ step, outcome }) => `${step}: ${outcome}`)).toContain('releasing the registry lock: done');
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('two runs at once: both succeed, and nothing in use is lost', async () => {
    const { document: plan } = await pruneS3(SKIP);
    const unused = new Set(plan.blobs.map(({ digest: name }) => blobKey(name)));
    const kept = s3.store.keys().filter((key) => key.endsWith('/data') && !unused.has(key));
    const runs = await Promise.all([1, 2].map(() => pruneS3(['--confirm', ...SKIP])));
    expect(runs.map(({ status }) => status)).toEqual([0, 0]);
    expect(s3.store.keys().filter((key) => key.endsWith('/data'))).toEqual(kept);
  });

  test('a bucket of another cluster is refused', async () => {
    for (const key of s3.store.keys()) s3.store.objects.delete(key);
    s3.store.put(blobKey(digest('other')), 1);
    const { status, document } = await pruneS3(['--confirm', ...SKIP]);
    expect([status, document.code]).toEqual([4, 'OTHER_STORAGE']);
  });

  test.each([
    ['an empty bucket', undefined, 4, 'STORAGE_NOT_A_REGISTRY'],
    ['a bucket without docker/registry/v2', 'photos/cat.jpg', 4, 'STORAGE_NOT_A_REGISTRY'],
    ['a registry below another root directory', `root/${blobKey(digest('other'))}`, 4, 'STORAGE_NOT_A_REGISTRY'],
    ['another version of the layout', 'docker/registry/v3/blobs/x', 4, 'STORAGE_UNKNOWN_LAYOUT'],
    ['something else at the place of the registry', `${ROOT}/notes/x`, 4, 'STORAGE_UNKNOWN_LAYOUT'],
  ])('%s is refused before anything is changed', async (_what, key, exitCode, code) => {
    for (const each of s3.store.keys()) s3.store.objects.delete(each);
    if (key !== undefined) s3.store.put(key);
    const { status, document } = await pruneS3(['--confirm', ...SKIP]);
    expect([status, document.code]).toEqual([exitCode, code]);
    expect(s3.store.keys()).toEqual(key === undefined ? [] : [key]);
  });

  test('a bucket that does not exist: exit status 1', async () => {
    s3.bucket = 'none';
    s3.proxy.fault = () => refused(404, 'NoSuchBucket');
    const { status, document } = await pruneS3(['--confirm', ...SKIP]);
    expect([status, document.code]).toEqual([1, 'STORAGE_ERROR']);
  });

  test('times in the future do not matter with --keep-blobs-younger-than=0', async () => {
    const { document: plan } = await pruneS3(SKIP);
    for (const object of s3.store.objects.values()) object.writtenAt = Date.now() + 3_600_000;
    const { status, document } = await pruneS3(['--confirm', ...SKIP]);
    expect([status, document.summary.blobs, document.summary.manifestLinks]).toEqual([
      0,
      plan.summary.blobs,
      plan.summary.manifestLinks,
    ]);
  });

  test('a versioned bucket is a warning', async () => {
    s3.versioning = 'Enabled';
    const { status, document } = await pruneS3(SKIP);
    expect([status, document.warnings]).toEqual([
      0,
      expect.arrayContaining([expect.stringContaining('frees nothing')]),
    ]);
  });
});

describe('bad input', () => {
  test.each([
    [['--storage', 's3://'], 'the name of the bucket is missing'],
    [['--storage', 's3://user:hunter2hunter2@bucket'], 'contains a user or a password'],
    [['--storage', 's3://bucket/../c'], 'the root directory is not valid'],
    [['--storage', 'ftp://bucket'], 'unknown scheme'],
    [['--storage', 'gs://bucket'], 'cannot open this kind of storage itself'],
    [['--storage', '/', '--storage-region=x'], '--storage-region works only with an object storage'],
    [['--storage-region=x'], '--storage-region works only with --storage'],
    [['--storage', 's3://bucket', '--storage-endpoint=ftp://x'], '--storage-endpoint: not the URL'],
    [['--storage', 's3://bucket', '--storage-endpoint=https://u:hunter2hunter2@x'], '--storage-endpoint: not the URL'],
    [['--storage', 's3://bucket', '--storage-concurrency=0'], '--storage-concurrency: not a number'],
    [['--storage', 's3://bucket', '--storage-ca=/nonexistent'], '--storage-ca: cannot read /nonexistent'],
    [
      ['--storage', 's3://bucket', '--storage-credentials=/nonexistent'],
      '--storage-credentials: cannot read /nonexistent',
    ],
    [['--storage', 's3://bucket'], 'there are no credentials for S3'],
  ])('%j', async (args, message) => {
    const { status, stderr } = await regadm(['prune', 'hard', ...args], { kubeconfig: sandbox.kubeconfig.admin });
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(stderr).not.toContain('hunter2hunter2');
  });

  test('an authority that is not known, until --storage-ca names it', async () => {
    const authority = await makeAuthority();
    const server = https.createServer(await authority.issue(), ({ method, url, headers }, response) => {
      const forward = http.request({ port: s3.proxy.port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      forward.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      s3.endpoint = `https://localhost:${(server.address() as AddressInfo).port}`;
      const { status, stdout, stderr } = await pruneS3(SKIP);
      expect([status, stdout + stderr]).toEqual([1, expect.stringContaining('signed by unknown authority')]);
      expect(stdout + stderr).toContain('--storage-ca');
      const file = path.join(temporaryDirectory(), 'ca.crt');
      writeFileSync(file, authority.cert);
      expect((await pruneS3([...SKIP, `--storage-ca=${file}`])).status).toBe(0);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('an endpoint that cannot be reached', async () => {
    const args = ['prune', 'hard', '--storage', 's3://bucket', '--storage-endpoint', 'https://127.0.0.1:1', ...SKIP];
    const { status, stderr } = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin, env: s3.env });
    expect([status, stderr]).toEqual([1, expect.stringContaining('connection refused')]);
  });

  test('a file of credentials precedes the environment', async () => {
    const file = path.join(temporaryDirectory(), 'credentials');
    writeFileSync(
      file,
      `[default]\naws_access_key_id = wrong-wrong\naws_secret_access_key = x\n[mine]\naws_access_key_id=${ACCESS_KEY}\naws_secret_access_key=${SECRET_KEY}\n`,
    );
    const env = { AWS_ACCESS_KEY_ID: 'other-other', AWS_SECRET_ACCESS_KEY: 'x', AWS_PROFILE: 'mine' };
    expect((await pruneS3([...SKIP, `--storage-credentials=${file}`], env)).status).toBe(0);
    const { status, stderr, stdout } = await pruneS3([...SKIP, `--storage-credentials=${file}`], {});
    expect([status, stdout + stderr]).toEqual([1, expect.stringContaining('the access key does not exist')]);
  });
});
