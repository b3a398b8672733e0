import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { ROOT } from './fake-object-store.js';
import { startFakeS3, type FakeS3 } from './servers/fake-s3.js';
import { filesBelow } from './storage-tree.js';

/** Maximum size of files whose content is copied, in bytes: manifests and links. */
const COPIED_BYTES = 100_000;

/** Starts a sandbox with sample data, and a bucket with a copy of its registry's storage. */
export async function startSampleOnS3(): Promise<{ sandbox: Sandbox; s3: FakeS3 }> {
  const sandbox = await startSandbox({ sample: true });
  const s3 = await startFakeS3();
  const root = path.join(sandbox.storageDir, ROOT);
  for (const file of filesBelow(root)) {
    const { mtimeMs, size } = statSync(path.join(root, file));
    const content = size < COPIED_BYTES ? readFileSync(path.join(root, file), 'utf8') : size;
    s3.store.put(`${ROOT}/${file}`, content, mtimeMs);
  }
  return { sandbox, s3 };
}
