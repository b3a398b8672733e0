import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { digest } from '../../support/builders.js';
import { openStorage } from '../../../src/core/storage/open.js';
import { stateStorage } from '../../support/cluster-storage.js';
import { ROOT, blobKey } from '../../support/fake-object-store.js';
import { schemaProblems } from '../../support/json-schema.js';
import { regadm, type Outcome } from '../../support/regadm.js';
import { ACCESS_KEY, SECRET_KEY, s3Error, startFakeS3, type FakeS3 } from '../../support/servers/fake-s3.js';
import { kindOf } from '../../support/servers/storage-proxy.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../../support/storage-tree.js';

interface Amount {
  blobs: number;
  bytes: number;
}

interface StatusDocument {
  space?: { bytes: number };
  stored?: Amount & {
    storage: string;
    inUse?: Amount;
    orphaned?: Amount;
    young?: Amount;
    trash?: Amount & { oldest: string };
    uploads: { count: number; bytes: number | null };
    leftoverSegments?: object;
  };
  unavailable: { what: string; message: string }[];
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ sample: true });
});
afterAll(() => sandbox.stop());

const run = (args: string[], kubeconfig = sandbox.kubeconfig.admin, env = {}): Promise<Outcome> =>
  regadm(['registry', 'status', ...args], { kubeconfig, env });
/** Returns the document, which its schema describes. */
function documentOf({ stdout }: Outcome): StatusDocument {
  const document = JSON.parse(stdout) as StatusDocument;
  expect(schemaProblems('registry-status', document)).toEqual([]);
  return document;
}

/** Number and size of files whose path matches. */
function filesOf(directory: string, pattern: RegExp): { count: number; bytes: number } {
  const files = filesBelow(directory).filter((file) => pattern.test(file));
  return {
    count: files.length,
    bytes: files.reduce((sum, file) => sum + statSync(path.join(directory, file)).size, 0),
  };
}

const BLOB = /\/blobs\/sha256\/.*\/data$/;

async function hardPrune(...args: string[]): Promise<Record<string, number>> {
  const all = ['prune', 'hard', '--read-only=skip', '-o', 'json', ...args];
  const { stdout } = await regadm(all, { kubeconfig: sandbox.kubeconfig.admin });
  return (JSON.parse(stdout) as { summary: Record<string, number> }).summary;
}

describe('a directory', () => {
  test('has what its files have, and is orphaned what prune hard would delete', async () => {
    const result = await run(['--storage', sandbox.storageDir, '-o', 'json']);
    const { stored, unavailable } = documentOf(result);
    expect([result.status, unavailable]).toEqual([0, []]);
    const { inUse, orphaned, young, uploads, ...all } = stored!;
    const blobs = filesOf(sandbox.storageDir, BLOB);
    expect(all).toEqual({ storage: sandbox.storageDir, blobs: blobs.count, bytes: blobs.bytes });
    const parts = [inUse!, orphaned!, young!];
    expect(parts.reduce((sum, part) => sum + part.blobs, 0)).toBe(blobs.count);
    expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(blobs.bytes);
    const planned = await hardPrune('--storage', sandbox.storageDir);
    expect(orphaned).toEqual({ blobs: planned.blobs, bytes: planned.bytes });
    expect(planned.blobs).toBeGreaterThan(0);
    const unfinished = filesOf(sandbox.storageDir, /\/_uploads\//);
    expect(uploads.bytes).toBe(unfinished.bytes);
    expect(uploads.count).toBeGreaterThan(0);
  });

  test('what was written in the last hour is unused, but not orphaned', async () => {
    const before = documentOf(await run(['--storage', sandbox.storageDir, '-o', 'json'])).stored!;
    makeStorageTree(sandbox.storageDir, { blobs: { [digest('young')]: 12_345 }, repositories: {} });
    const { stored } = documentOf(await run(['--storage', sandbox.storageDir, '-o', 'json']));
    expect(stored).toEqual({
      ...before,
      blobs: before.blobs + 1,
      bytes: before.bytes + 12_345,
      young: { blobs: before.young!.blobs + 1, bytes: before.young!.bytes + 12_345 },
    });
  });

  test('what regadm keeps next to the files of the registry does not belong to it', async () => {
    const look = async (): Promise<unknown[]> => {
      const all = ['registry', 'verify', '--storage', sandbox.storageDir, '--read-data', '-o', 'json'];
      const verified = await regadm(all, { kubeconfig: sandbox.kubeconfig.admin });
      const { summary, broken, warnings } = JSON.parse(verified.stdout) as Record<string, unknown>;
      const { stored, unavailable } = documentOf(await run(['--storage', sandbox.storageDir, '-o', 'json']));
      const { trash: _trash, ...registrys } = stored!;
      return [verified.status, summary, broken, warnings, registrys, unavailable];
    };
    const before = await look();
    makeStorageTree(sandbox.storageDir, { blobs: { [digest('trashed')]: 17 }, repositories: {} });
    const trash = (await openStorage(sandbox.storageDir)).trash();
    await trash.replaceFile('marks.json.gz', Buffer.from('1'), undefined);
    const moved = await trash.moveBlobs([digest('trashed').slice(7)], '2026-11-26', {
      mayContinue: async () => undefined,
    });
    expect(moved).toEqual([{ status: 'moved', bytes: 17 }]);
    expect(filesBelow(path.join(sandbox.storageDir, 'regadm'))).toHaveLength(2);
    expect(await look()).toEqual(before);
    rmSync(path.join(sandbox.storageDir, 'regadm'), { recursive: true });
  });

  test('the trash is shown if it has blobs', async () => {
    const files = temporaryDirectory();
    makeStorageTree(files, { blobs: {}, repositories: {} });
    for (const [day, name] of [
      ['2026-11-25', 'second'],
      ['2026-11-03', 'first'],
    ] as const) {
      const hex = digest(name).slice('sha256:'.length);
      const blob = path.join(files, 'regadm/trash', day, 'blobs/sha256', hex.slice(0, 2), hex);
      mkdirSync(blob, { recursive: true });
      writeFileSync(path.join(blob, 'data'), 'x'.repeat(1000));
    }
    const metrics = path.join(files, 'status.prom');
    const { stdout } = await run(['--storage', files, '--metrics-file', metrics]);
    expect(stdout).toMatch(/^blobs in the trash +2 +1\.953 KiB$/m);
    expect(readFileSync(metrics, 'utf8')).toMatch(/^regadm_registry_trashed_bytes\{.*\} 2000$/m);
    const { stored } = documentOf(await run(['--storage', files, '-o', 'json']));
    expect(stored!.trash).toEqual({ blobs: 2, bytes: 2000, oldest: '2026-11-03' });
  });

  test('is shown in the table, on the page and in metrics, with the commands that show what is unused', async () => {
    const files = temporaryDirectory();
    const [page, metrics] = [path.join(files, 'status.html'), path.join(files, 'status.prom')];
    const { stdout } = await run(['--storage', sandbox.storageDir, '--report', page, '--metrics-file', metrics]);
    const { orphaned, uploads } = documentOf(await run(['--storage', sandbox.storageDir, '-o', 'json'])).stored!;
    expect(stdout).toContain(`Space as stored (${sandbox.storageDir})\n`);
    expect(stdout).toMatch(new RegExp(`^orphaned blobs +${orphaned!.blobs} `, 'm'));
    const prune = `regadm prune hard --storage ${sandbox.storageDir}`;
    expect(stdout).toContain(`to see the orphaned blobs:\n  ${prune}\n`);
    expect(stdout).toContain(`to see abandoned uploads:\n  ${prune} --uploads-older-than 24h\n`);
    expect(readFileSync(page, 'utf8')).toContain(`to see the orphaned blobs: ${prune}`);
    const values = readFileSync(metrics, 'utf8');
    expect(values).toMatch(new RegExp(`^regadm_registry_orphaned_bytes\\{.*\\} ${orphaned!.bytes}$`, 'm'));
    expect(values).toMatch(new RegExp(`^regadm_registry_upload_bytes\\{.*\\} ${uploads.bytes}$`, 'm'));
    expect(values).not.toContain('regadm_registry_leftover_bytes');
  });

  test.each([
    ['of another cluster', { [digest('other')]: 10 }, /belongs to another cluster.*nothing is counted as orphaned/],
    ['without anything', {}, undefined],
  ])('%s', async (_, blobs, unknown) => {
    const directory = temporaryDirectory();
    makeStorageTree(directory, { blobs, repositories: {} });
    const result = await run(['--storage', directory, '-o', 'json']);
    const { status, stderr } = result;
    const { stored, unavailable } = documentOf(result);
    const count = Object.keys(blobs).length;
    expect([status, stored!.blobs, stored!.bytes]).toEqual([0, count, count * 10]);
    const message = unavailable.find(({ what }) => what === 'what of the storage is in use')?.message;
    if (unknown === undefined) {
      expect([message, stored!.orphaned]).toEqual([undefined, { blobs: 0, bytes: 0 }]);
      return;
    }
    expect(message).toMatch(unknown);
    expect(stderr).toContain('warning: what of the storage is in use: not shown: none of ');
    expect(stored!.inUse ?? stored!.orphaned ?? stored!.young).toBeUndefined();
    const table = await run(['--storage', directory]);
    expect(table.stdout).toContain('what of it is in use is not known: see "Not shown"\n');
    expect(table.stdout).not.toContain('regadm prune hard');
  });

  test('a user who cannot read the cluster sees what is stored', async () => {
    const { status, stdout } = await run(['--storage', sandbox.storageDir, '-o', 'json'], sandbox.kubeconfig.nobody);
    const { stored, unavailable, space } = JSON.parse(stdout) as StatusDocument;
    const blobs = filesOf(sandbox.storageDir, BLOB);
    expect([status, stored!.blobs, stored!.bytes, stored!.inUse]).toEqual([0, blobs.count, blobs.bytes, undefined]);
    expect(space).toBeUndefined();
    const unknown = unavailable.find(({ what }) => what === 'what of the storage is in use');
    expect(unknown!.message).toContain('forbidden');
  });
});

describe('an object storage', () => {
  let s3: FakeS3;
  beforeAll(async () => {
    s3 = await startFakeS3();
    const root = path.join(sandbox.storageDir, ROOT);
    for (const file of filesBelow(root)) {
      const { mtimeMs, size } = statSync(path.join(root, file));
      const text = readFileSync(path.join(root, file), 'utf8');
      s3.store.put(`${ROOT}/${file}`, text.includes('\ufffd') ? size : text, mtimeMs);
    }
    s3.store.uploads = [{ key: `${ROOT}/repositories/shop/cart/_uploads/a/data`, id: '1', startedAt: 0 }];
    s3.store.partBytes = 1000;
  });
  beforeEach(() => s3.proxy.reset());
  afterAll(() => s3.stop());

  const runS3 = (...more: string[]): Promise<Outcome> =>
    run(['--storage', `s3://${s3.bucket}`, '--storage-endpoint', s3.endpoint, ...more], undefined, s3.env);

  test('has what the directory has, and its requests do not grow with the blobs', async () => {
    const directory = documentOf(await run(['--storage', sandbox.storageDir, '-o', 'json'])).stored!;
    const result = await runS3('-o', 'json', '-v', '8');
    expect(documentOf(result).stored).toEqual({
      ...directory,
      storage: `s3://${s3.bucket}`,
      uploads: { count: directory.uploads.count + 1, bytes: directory.uploads.bytes! + 1000 },
    });
    const { ListParts, ...others } = s3.proxy.counts();
    expect(ListParts).toBe(2);
    // Besides the manifests that the rules of prune hard read.
    expect(others.LIST! + others.ListMultipartUploads!).toBeLessThan(10);
    expect(Object.keys(others).sort()).toEqual(['GET', 'LIST', 'ListMultipartUploads']);
    for (const secret of [ACCESS_KEY, SECRET_KEY]) expect(result.stdout + result.stderr).not.toContain(secret);
  });

  test('uploads whose parts may not be listed, and a bucket that keeps versions', async () => {
    s3.versioning = 'Enabled';
    s3.proxy.fault = (request) =>
      kindOf(request) === 'ListParts' ? { status: 403, body: s3Error('AccessDenied') } : undefined;
    const { status, stdout, stderr } = await runS3();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^unfinished uploads +\d+ +unknown$/m);
    expect(stdout).toMatch(/the size of unfinished uploads: .*s3:ListMultipartUploadParts/);
    expect(documentOf(await runS3('-o', 'json')).stored!.uploads).toEqual({ count: 2, bytes: null });
    expect(stderr).toMatch(/warning: .*keeps old versions/);
    expect(stdout).toContain(
      `regadm prune hard --storage s3://${s3.bucket} --storage-endpoint ${s3.endpoint} --uploads-older-than 24h`,
    );
    s3.versioning = undefined;
  });

  test('that cannot be listed: exit status 1, and nothing else is read', async () => {
    s3.proxy.fault = () => ({ status: 403, body: s3Error('AccessDenied') });
    const { status, stdout, stderr } = await runS3();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/error: .*s3:ListBucket/);
  });
});

test.each([
  [1, 'no such directory', ['--storage', '/nonexistent']],
  [1, '--storage-region works only with --storage', ['--storage-region', 'eu-west-1']],
  [1, "prune it in the registry's pod", ['--storage', 'gs://bucket']],
  [1, 'claim image-registry-storage, which must be mounted', ['--storage', 'cluster']],
  [1, "or omit --storage: regadm prune hard then runs the registry's own pruner in its pod", ['--storage', 'cluster']],
  [4, "is not a registry's storage", ['--storage', '/etc']],
])('exit status %i: %s', async (status, message, args) => {
  const outcome = await run(args);
  expect([outcome.status, outcome.stdout]).toEqual([status, '']);
  expect(outcome.stderr).toContain(message);
});

test("the cluster's own settings lead to its storage; a user who may not read them gets an error", async () => {
  const s3 = await startFakeS3();
  const own = await startSandbox({ sample: true });
  try {
    const credentials = `[default]\naws_access_key_id = ${ACCESS_KEY}\naws_secret_access_key = ${SECRET_KEY}\n`;
    const storage = { bucket: s3.bucket, region: 'us-east-1', regionEndpoint: s3.endpoint };
    const env = {
      REGISTRY_STORAGE: 's3',
      REGISTRY_STORAGE_S3_BUCKET: s3.bucket,
      REGISTRY_STORAGE_S3_REGION: 'us-east-1',
      REGISTRY_STORAGE_S3_REGIONENDPOINT: s3.endpoint,
    };
    stateStorage(own, { status: { s3: storage }, env, secret: { credentials } });
    s3.store.put(blobKey(digest('other')), 10);
    const { status, stdout } = await run(['--storage', 'cluster', '-o', 'json'], own.kubeconfig.admin);
    expect([status, (JSON.parse(stdout) as StatusDocument).stored]).toEqual([
      0,
      {
        ...{ storage: 'cluster', blobs: 1, bytes: 10, uploads: { count: 0, bytes: 0 } },
        location: { url: `s3://${s3.bucket}`, endpoint: s3.endpoint, region: 'us-east-1' },
      },
    ]);
    const denied = await run(['--storage', 'cluster'], own.kubeconfig.nobody);
    expect([denied.status, denied.stdout, denied.stderr]).toEqual([1, '', expect.stringContaining('error: ')]);
    expect(stdout + denied.stderr).not.toContain(SECRET_KEY);
  } finally {
    await own.stop();
    await s3.stop();
  }
});
