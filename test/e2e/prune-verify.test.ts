import { rmSync } from 'node:fs';
import path from 'node:path';
import type { ImagePruneDocument } from '../../src/core/prune/output/document-type.js';
import { stateOf } from '../support/cluster-checks.js';
import { schemaProblems } from '../support/json-schema.js';
import { aScene, CONFIRM, DRY_RUN, prune, type Scene } from '../support/prune-scene.js';
import { temporaryDirectory } from '../support/storage-tree.js';

let scene: Scene;
beforeEach(async () => {
  scene = await aScene({ storage: 'files' });
});
afterEach(() => scene.sandbox.stop());

const VERIFY = [...CONFIRM, '--verify'];

/** Removes a layer that only one image has. @returns its digest */
function removeLayer(image: string): string {
  const { dockerImageLayers: layers } = scene.sandbox.store.get('images', image)! as unknown as {
    dockerImageLayers: { name: string }[];
  };
  const layer = layers.at(-1)!.name;
  const hex = layer.slice(7);
  rmSync(path.join(scene.sandbox.storageDir, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data'));
  return layer;
}

async function run(args: string[]): Promise<{ status: number | null; stderr: string; document: ImagePruneDocument }> {
  const { status, stdout, stderr } = await prune(scene, args);
  const document = JSON.parse(stdout) as ImagePruneDocument;
  expect(schemaProblems('image-prune', document)).toEqual([]);
  return { status, stderr, document };
}

describe.each(['registry', 'storage'])('through the %s', (way) => {
  const through = (): string[] => (way === 'storage' ? ['--storage', scene.sandbox.storageDir] : []);

  test('an image that was kept and has lost a layer is named: exit status 3', async () => {
    const [kept] = scene.web as [string];
    const layer = removeLayer(kept);
    const { status, stderr, document } = await run([...VERIFY, ...through()]);
    expect(document.summary.images).toBeGreaterThan(0);
    expect([status, document.failures]).toEqual([3, []]);
    const [broken, ...others] = document.verification!.broken;
    expect([broken!.image, broken!.problems, others]).toEqual([
      kept,
      [{ what: 'missing-layer', digest: layer, repository: 'shop/web' }],
      [],
    ]);
    expect(stderr).toContain(`1 image is broken (first: ${kept})`);
  });

  test('everything that was kept is whole: exit status 0, then nothing to verify', async () => {
    const { status, document } = await run([...VERIFY, ...through()]);
    expect([status, document.verification]).toMatchObject([0, { broken: [], unchecked: [] }]);
    expect(document.verification!.summary.images).toBeGreaterThan(8);
    const again = await run([...VERIFY, ...through()]);
    expect([again.status, again.document.verification]).toEqual([0, undefined]);
    expect(again.stderr).toContain('nothing was deleted, so there is nothing to verify');
  });
});

test('what has nothing in common with what was deleted is not verified', async () => {
  const { sandbox } = scene;
  sandbox.store.put('imagestreams', { metadata: { namespace: 'other', name: 'app' }, spec: {}, status: {} });
  removeLayer(sandbox.registry.push('other/app', 'v1', { layers: ['of its own'] }).digest);
  const { status, document } = await run(VERIFY);
  expect([status, document.verification!.broken]).toEqual([0, []]);
});

test('a verification that fails: exit status 3, and the table says what was deleted and why', async () => {
  let isDeleting = false;
  scene.sandbox.onRequest(({ server, method, path: url }) => {
    isDeleting ||= server === 'api' && method === 'DELETE' && url.includes('/images/');
    return isDeleting && method === 'GET' && /\/imagestreams\?.*limit=/.test(url) && !url.includes('watch')
      ? { do: 'status', status: 403 }
      : undefined;
  });
  const { status, stdout, stderr } = await prune(scene, [...VERIFY.slice(0, -3), '--verify']);
  expect(status).toBe(3);
  expect(stdout).toMatch(/Failed\n {2}verification: .*imagestreams/);
  expect(stderr).toContain('what was kept could not be verified');
});

describe('nothing is deleted', () => {
  test('without the permission to pull, which the message names', async () => {
    const before = stateOf(scene.sandbox);
    const result = await prune(scene, VERIFY, { kubeconfig: scene.sandbox.kubeconfig.pruner });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('the user may not pull images to save or verify them');
    expect(result.stderr).toContain('registry-viewer');
    expect(stateOf(scene.sandbox)).toEqual(before);
  });

  test('if the storage cannot be opened', async () => {
    const before = stateOf(scene.sandbox);
    const { status, stderr } = await prune(scene, [...VERIFY, '--storage', temporaryDirectory()]);
    expect([status, stderr]).toEqual([4, expect.stringContaining('docker/registry/v2')]);
    expect(stateOf(scene.sandbox)).toEqual(before);
  });

  test('a setting of --storage or --verify, which is about confirmed runs and other commands, does not matter', async () => {
    const env = { REGADM_STORAGE: 'cluster', REGADM_VERIFY: 'true' };
    const { status, stderr } = await prune(scene, DRY_RUN, { env });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('error')]);
  });

  test.each([
    [['--verify'], '--verify needs --confirm'],
    [['--verify', '--confirm', '--prune-registry=false'], '--verify cannot be specified with --prune-registry=false'],
  ])('%j is a usage error', async (flags, message) => {
    const { status, stderr } = await prune(scene, ['prune', 'images', ...flags]);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});
