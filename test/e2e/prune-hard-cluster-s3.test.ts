import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { runCli, type CliResult } from '../support/cli.js';
import { stateStorage, type StorageStatements } from '../support/cluster-storage.js';
import { ROOT } from '../support/fake-object-store.js';
import { guardedState } from '../support/guarded.js';
import { ACCESS_KEY, SECRET_KEY, startFakeS3, type FakeS3 } from '../support/servers/fake-s3.js';
import { filesBelow } from '../support/storage-tree.js';

interface Document {
  kind: string;
  code?: string;
  suggestions?: string[];
  summary: Record<string, number>;
  blobs: { digest: string }[];
}

let sandbox: Sandbox;
let s3: FakeS3;

beforeEach(async () => {
  sandbox = await startSandbox({ sample: true });
  s3 = await startFakeS3();
  const root = path.join(sandbox.storageDir, ROOT);
  for (const file of filesBelow(root)) {
    const { mtimeMs, size } = statSync(path.join(root, file));
    s3.store.put(`${ROOT}/${file}`, size < 100_000 ? readFileSync(path.join(root, file), 'utf8') : size, mtimeMs);
  }
});
afterEach(async () => {
  await s3.stop();
  await sandbox.stop();
});

/** What the operator writes for a bucket with keys. */
function statements(more: StorageStatements = {}): StorageStatements {
  return {
    status: {
      managementState: 'Unmanaged',
      s3: { bucket: s3.bucket, region: 'us-east-1', regionEndpoint: s3.endpoint },
    },
    env: {
      REGISTRY_STORAGE: 's3',
      REGISTRY_STORAGE_S3_BUCKET: s3.bucket,
      REGISTRY_STORAGE_S3_REGION: 'us-east-1',
      REGISTRY_STORAGE_S3_REGIONENDPOINT: s3.endpoint,
    },
    secret: { credentials: `[default]\naws_access_key_id = ${ACCESS_KEY}\naws_secret_access_key = ${SECRET_KEY}\n` },
    ...more,
  };
}

const SKIP = ['--read-only=skip', '--keep-blobs-younger-than=0'];
/** The user's own credentials, which are not used. */
const OTHERS = { AWS_ACCESS_KEY_ID: 'OTHERS-ACCESS-KEY', AWS_SECRET_ACCESS_KEY: 'others', AWS_PROFILE: 'others' };

async function prune(
  more: string[],
  env: Record<string, string> = OTHERS,
): Promise<CliResult & { document: Document }> {
  const args = ['prune', 'hard', '--storage', 'cluster', '-o', 'json', '-v', '10', ...more];
  const result = await runCli(args, { kubeconfig: sandbox.kubeconfig.admin, env });
  for (const secret of [ACCESS_KEY, SECRET_KEY, Buffer.from(SECRET_KEY).toString('base64')])
    expect(result.stdout + result.stderr).not.toContain(secret);
  return { ...result, document: (result.stdout === '' ? undefined : JSON.parse(result.stdout)) as Document };
}

test('a dry run finds what it finds in the bucket by its name, and changes nothing', async () => {
  stateStorage(sandbox, statements());
  const keys = s3.store.keys();
  const { document, status } = await prune(SKIP);
  expect(status).toBe(0);
  const named = ['--storage', `s3://${s3.bucket}`, '--storage-endpoint', s3.endpoint];
  const args = ['prune', 'hard', ...named, ...SKIP, '-o', 'json'];
  const expected = JSON.parse(
    (await runCli(args, { kubeconfig: sandbox.kubeconfig.admin, env: s3.env })).stdout,
  ) as Document;
  expect(expected.summary.blobs).toBeGreaterThan(0);
  expect(document.blobs).toEqual(expected.blobs);
  expect(s3.store.keys()).toEqual(keys);
});

test('--confirm deletes it in read-only mode, and restores the registry', async () => {
  stateStorage(sandbox, statements());
  const before = guardedState(sandbox);
  const { document, status } = await prune(['--confirm', '--keep-blobs-younger-than=0']);
  expect([status, document.kind]).toEqual([0, 'HardPrune']);
  expect(document.summary.blobs).toBeGreaterThan(0);
  expect(guardedState(sandbox)).toEqual(before);
});

test.each([
  ['pvc', {}, ['claim image-registry-storage', '--print-job']],
  [
    'gcs',
    { REGISTRY_STORAGE: 'gcs', REGISTRY_STORAGE_GCS_BUCKET: 'images' },
    ['Google Cloud Storage', 'without --storage'],
  ],
] as const)('%s: exit status 1, with what to do instead', async (_kind, env, texts) => {
  stateStorage(sandbox, { env });
  const { status, document, stderr } = await prune(SKIP);
  expect([status, document.code]).toEqual([1, 'STORAGE_UNSUPPORTED']);
  for (const text of texts) expect(stderr).toContain(text);
});
