import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { readImage } from '../../../src/sandbox/registry/image-objects.js';
import { measureSpace } from '../../../src/sandbox/registry/space.js';

interface Tag {
  tag: string;
  items: { image: string; created: string }[];
}

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

const tags = (namespace: string, name: string): Tag[] =>
  sandbox.store.get('imagestreams', namespace, name)!.status!.tags as Tag[];

test('every blob has its digest, every image all its blobs, and declared sizes are correct', async () => {
  sandbox = await startSandbox({ sample: true });
  const { blobs } = measureSpace(sandbox.storageDir);
  for (const digest of blobs.keys()) {
    const hex = digest.slice(7);
    const content = readFileSync(
      join(sandbox.storageDir, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data'),
    );
    expect(createHash('sha256').update(content).digest('hex')).toBe(hex);
  }
  for (const image of sandbox.store.list('images')) {
    if (!image.metadata.annotations?.['openshift.io/image.managed']) continue;
    const { name, config, layers, children } = readImage(image);
    for (const layer of layers) expect(blobs.get(layer.name)).toBe(layer.size);
    for (const digest of [name, ...(config ? [config] : [])]) expect(blobs.has(digest)).toBe(true);
    for (const child of children) expect(sandbox.store.get('images', child)).toBeDefined();
    const { Size } = image.dockerImageMetadata as { Size?: number };
    if (config) expect(Size).toBe(layers.reduce((sum, layer) => sum + layer.size, blobs.get(config)!));
  }
});

test('tag items are newest first, and the files are old enough for a hard prune', async () => {
  sandbox = await startSandbox({ sample: true });
  for (const stream of sandbox.store.list('imagestreams')) {
    for (const { items } of stream.status!.tags as Tag[]) {
      const created = items.map((item) => item.created);
      expect(created).toEqual([...created].sort().reverse());
    }
  }
  const root = join(sandbox.storageDir, 'docker/registry/v2');
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(300);
  for (const file of files)
    expect(Date.now() - statSync(join(file.parentPath, file.name)).mtimeMs).toBeGreaterThan(86_400_000);
});

test('one image has three tags in myapp', async () => {
  sandbox = await startSandbox({ sample: true });
  const positions = (image: string): Record<string, number> =>
    Object.fromEntries(
      tags('myproject', 'myapp').map(({ tag, items }) => [tag, items.findIndex((item) => item.image === image)]),
    );
  const [held] = tags('myproject', 'myapp').find(({ tag }) => tag === 'v2.1-may-2016')!.items;
  expect(positions(held!.image)).toEqual({ v2: 4, 'v2.1': 2, 'v2.1-may-2016': 0 });
});

test('the invalid reference is added by its fault only', async () => {
  sandbox = await startSandbox({ sample: true, fail: ['invalid-reference'] });
  expect(sandbox.store.get('pods', 'legacy', 'broken')!.spec).toMatchObject({
    containers: [{ image: expect.stringContaining('/Legacy/') as string }],
  });
});

test('the enlarged data has the requested number of images, with all blobs', async () => {
  sandbox = await startSandbox({ images: 300 });
  expect(sandbox.store.list('images')).toHaveLength(300);
  for (const image of sandbox.store.list('images')) {
    if (!image.metadata.annotations?.['openshift.io/image.managed']) continue;
    const { name, layers } = readImage(image);
    for (const digest of [name, ...layers.map((layer) => layer.name)])
      expect(sandbox.registry.hasBlob(digest)).toBe(true);
  }
});

test('the temporary directory is removed', async () => {
  sandbox = await startSandbox({ sample: true });
  const { dir, kubeconfig } = sandbox;
  expect(statSync(kubeconfig.admin).mode & 0o777).toBe(0o600);
  await sandbox.stop();
  expect(existsSync(dir)).toBe(false);
});

test('prunableInPod: tags list the children of the index, and the role is bound, unless a fault removes that', async () => {
  const named = (resource: string, name: string): boolean =>
    sandbox.store.list(resource).some(({ metadata }) => metadata.name === name);
  const names = (): string[] => tags('payments', 'api').map(({ tag }) => tag);
  sandbox = await startSandbox({ sample: true, prunableInPod: true });
  expect(names().sort()).toEqual(['v2', 'v2-amd64', 'v2-arm64']);
  expect(named('clusterrolebindings', 'system:image-pruner')).toBe(true);
  await sandbox.stop();
  sandbox = await startSandbox({
    sample: true,
    prunableInPod: true,
    fail: ['no-pruner-role', 'untagged-children'],
  });
  expect(names()).toEqual(['v2']);
  expect(named('clusterrolebindings', 'system:image-pruner')).toBe(false);
});
