import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mapParallel } from '../../src/core/kit/parallel.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import { regadm } from '../support/regadm.js';
import { ROOT, blobKey } from '../support/fake-object-store.js';
import { requires } from '../support/jest/requires.js';
import { startSwift, SWIFT_PROGRAMS, type SwiftServer } from '../support/servers/swift-server.js';
import { filesBelow } from '../support/storage-tree.js';

interface Document {
  summary: { blobs: number; bytes: number };
  blobs: { digest: string; bytes: number; status: string }[];
  warnings: string[];
}

requires(...SWIFT_PROGRAMS).describe('orphans in Swift whose content is not theirs alone', () => {
  let swift: SwiftServer;
  let sandbox: Sandbox;

  beforeAll(async () => {
    swift = await startSwift();
    sandbox = await startSandbox({ sample: true });
    await swift.account.createContainer('registry');
    const root = path.join(sandbox.storageDir, ROOT);
    await mapParallel(filesBelow(root), 8, (file) =>
      swift.account.put('registry', `files/${ROOT}/${file}`, readFileSync(path.join(root, file), 'utf8')),
    );
  });
  afterAll(async () => {
    await sandbox?.stop();
    await swift?.stop();
  });

  const prune = async (...more: string[]): Promise<Document> => {
    const args = ['prune', 'hard', '--storage', 'swift://registry', '--read-only=skip', '-o', 'json', ...more];
    const env = { ST_AUTH: swift.authUrl, ST_USER: swift.user, ST_KEY: swift.key };
    const { status, stdout } = await regadm([...args, '--keep-blobs-younger-than=0'], {
      kubeconfig: sandbox.kubeconfig.admin,
      env,
    });
    expect(status).toBe(0);
    return JSON.parse(stdout) as Document;
  };
  const orphan = async (name: string, segments: string): Promise<string> => {
    await swift.account.put('registry', `files/${blobKey(digest(name))}`, '', { 'x-object-manifest': segments });
    return digest(name);
  };

  test('free nothing, or are kept; each run states it', async () => {
    await prune('--confirm');
    const used = (await swift.account.keys('registry')).find((key) => /\/blobs\/.*\/data$/.test(key))!;
    await swift.account.put('registry', 'segments/abc/used/0000000000000001', 'content in use');
    await swift.account.put('registry', used, '', { 'x-object-manifest': 'registry/segments/abc/used' });
    const shared = await orphan('shared', 'registry/segments/abc/used');
    const lost = await orphan('lost', 'missing/segments/abc/lost');
    const namesLost = expect.stringMatching(new RegExp(`an unused blob: .* does not find it: ${lost}`));

    const planned = await prune();
    expect(planned.blobs.map((blob) => [blob.digest, blob.bytes])).toEqual([[shared, 0]]);
    expect(planned.warnings).toContainEqual(namesLost);
    const pruned = await prune('--confirm');
    expect(pruned.blobs).toEqual([expect.objectContaining({ digest: shared, bytes: 0, status: 'deleted' })]);
    expect(pruned.summary).toMatchObject({ blobs: 1, bytes: 0 });
    expect(await swift.account.keys('registry')).toContain('segments/abc/used/0000000000000001');

    const foreign = await orphan('foreign', 'registry/segments/');
    for (const run of [1, 2]) {
      const { blobs, warnings } = await prune('--confirm');
      expect([run, blobs]).toEqual([run, []]);
      expect(warnings).toContainEqual(expect.stringContaining(`not where the registry writes them: ${foreign}`));
      expect(warnings).toContainEqual(namesLost);
    }
    expect(await swift.account.keys('registry')).toContain(`files/${blobKey(foreign)}`);
  });
});
