import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import type { StorageStatements } from './cluster-storage.js';
import { ROOT } from './fake-object-store.js';
import { ACCESS_KEY, SECRET_KEY, startFakeS3, type FakeS3 } from './servers/fake-s3.js';
import { filesBelow } from './storage-tree.js';

/** Maximum size of files whose content is copied, in bytes: manifests and links. */
const COPIED_BYTES = 100_000;

/** Starts a sandbox with sample data, and a bucket with a copy of its registry's storage. */
export async function startSampleOnS3(): Promise<{ sandbox: Sandbox; s3: FakeS3 }> {
  const sandbox = await startSandbox({ sample: true });
  return { sandbox, s3: await copyToS3(sandbox) };
}

/** Starts an S3 server with a copy of the storage of a sandbox's registry in its bucket. */
export async function copyToS3(sandbox: Sandbox): Promise<FakeS3> {
  const s3 = await startFakeS3();
  const root = path.join(sandbox.storageDir, ROOT);
  for (const file of filesBelow(root)) {
    const { mtimeMs, size } = statSync(path.join(root, file));
    const text = size < COPIED_BYTES ? readFileSync(path.join(root, file), 'utf8') : '';
    // Of layers, only the size is copied.
    s3.store.put(`${ROOT}/${file}`, Buffer.byteLength(text) === size ? text : size, mtimeMs);
  }
  return s3;
}

/** Returns what the operator writes for a bucket with keys. */
export function bucketStatements({ bucket, endpoint }: FakeS3): StorageStatements {
  return {
    status: {
      managementState: 'Unmanaged',
      s3: { bucket, region: 'us-east-1', regionEndpoint: endpoint },
    },
    env: {
      REGISTRY_STORAGE: 's3',
      REGISTRY_STORAGE_S3_BUCKET: bucket,
      REGISTRY_STORAGE_S3_REGION: 'us-east-1',
      REGISTRY_STORAGE_S3_REGIONENDPOINT: endpoint,
    },
    secret: { credentials: `[default]\naws_access_key_id = ${ACCESS_KEY}\naws_secret_access_key = ${SECRET_KEY}\n` },
  };
}
