import type { PruneDocument } from '../../support/cluster-checks.js';
import { stateOf } from '../../support/cluster-checks.js';
import { digest } from '../../support/builders.js';
import { aScene, CONFIRM, DRY_RUN, HOST, prune, retag, type Scene } from '../../support/prune-scene.js';
import { regadm, type Outcome } from '../../support/regadm.js';

let scene: Scene;
beforeEach(async () => {
  scene = await aScene();
});
afterEach(() => scene.sandbox.stop());

const documentOf = ({ stdout }: Outcome): PruneDocument => JSON.parse(stdout) as PruneDocument;
const planOf = ({ images, blobs, layerLinks, manifestLinks, imageStreams }: PruneDocument): unknown => ({
  images,
  blobs,
  layerLinks,
  manifestLinks,
  imageStreams,
});
const noManifests = (repository: string): void => scene.sandbox.addFault(`GET ^/v2/${repository}/manifests/ => 400`);

/** Removes from an Image object what states its blobs. @returns its manifest */
function makeUnreadable(name: string, more: object = {}): string {
  const { sandbox } = scene;
  const { dockerImageMetadata, dockerImageLayers, ...image } = sandbox.store.get('images', name)!;
  sandbox.store.put('images', { ...image, ...more });
  const layers = (dockerImageLayers ?? []) as { name: string; size: number }[];
  const { Id } = dockerImageMetadata as { Id: string };
  return JSON.stringify({
    schemaVersion: 2,
    config: { digest: Id, size: 100 },
    layers: layers.map((layer) => ({ digest: layer.name, size: layer.size })),
  });
}

test('the manifest in the Image object states what the image names', async () => {
  const undisturbed = documentOf(await prune(scene, DRY_RUN));
  noManifests('shop/web');
  for (const image of [scene.web[0]!, scene.web[4]!]) {
    const dockerImageManifest = makeUnreadable(image);
    scene.sandbox.store.put('images', { ...scene.sandbox.store.get('images', image)!, dockerImageManifest });
  }
  const run = await prune(scene, DRY_RUN);
  expect([run.status, run.stderr]).toEqual([0, '']);
  const blobs = (document: PruneDocument): string[] => document.blobs.map((blob) => blob.digest);
  expect(blobs(documentOf(run))).toEqual(blobs(undisturbed));
  expect(documentOf(run).layerLinks).toEqual(undisturbed.layerLinks);
  expect(documentOf(run).images.map(({ name }) => name)).toEqual(undisturbed.images.map(({ name }) => name));
});

test('otherwise the manifest in the registry states it; what a kept image needs stays', async () => {
  const undisturbed = documentOf(await prune(scene, DRY_RUN));
  makeUnreadable(scene.web[0]!);
  makeUnreadable(scene.indexes[0]!, { dockerImageManifests: null });
  makeUnreadable(scene.children[0]![1]!, { dockerImageMetadata: 'no object' });
  const run = await prune(scene, DRY_RUN);
  expect([run.status, run.stderr]).toEqual([0, '']);
  expect(planOf(documentOf(run))).toEqual(planOf(undisturbed));
  const { kubeconfig, registryUrl, caFile } = scene.sandbox;
  const why = (...flags: string[]): Promise<Outcome> =>
    regadm(['prune', 'why', scene.loose, ...flags], { kubeconfig: kubeconfig.admin });
  const answer = await why('--registry-url', registryUrl, '--certificate-authority', caFile);
  expect([answer.status, answer.stderr]).toEqual([0, '']);
  expect(answer.stdout).toContain('It would be pruned');
  const away = await why('--registry-url', 'https://127.0.0.1:9');
  expect(away.stdout).toContain('cannot be read');
  expect(away.stderr).toContain('warning: cannot ask the registry what unreadable images name: ');
});

test('the registry states it with --prune-registry=false, too', async () => {
  const args = [...DRY_RUN, '--prune-registry=false'];
  const undisturbed = documentOf(await prune(scene, args));
  makeUnreadable(scene.indexes[0]!, { dockerImageManifests: null });
  const run = await prune(scene, args);
  expect([run.status, documentOf(run).warnings]).toEqual([0, []]);
  expect(planOf(documentOf(run))).toEqual(planOf(undisturbed));
  const away = await regadm([...args, '--registry-url', 'https://127.0.0.1:9'], {
    kubeconfig: scene.sandbox.kubeconfig.admin,
  });
  expect([away.status, documentOf(away).images]).toEqual([3, []]);
  expect(away.stderr).toMatch(/warning: cannot ask the registry what unreadable images name: .*; expose the registry/);
});

test('a repository from which the user may not pull does not end the reading from others', async () => {
  const undisturbed = documentOf(await prune(scene, DRY_RUN));
  // shop/copy lists the same image.
  makeUnreadable(scene.web[1]!);
  scene.sandbox.addFault('GET ^/v2/shop/copy/manifests/ => 403');
  const run = await prune(scene, DRY_RUN);
  expect([run.status, documentOf(run).failures]).toEqual([0, []]);
  expect(planOf(documentOf(run))).toEqual(planOf(undisturbed));
});

describe('an image whose manifest cannot be read', () => {
  const broken = (): string => scene.web[0]!;
  beforeEach(() => {
    makeUnreadable(broken());
    noManifests('shop/web');
    noManifests('shop/copy');
  });

  test.each(['a dry run', 'a confirmed run'])(
    'restricts %s to the other image streams: no image is deleted',
    async (what) => {
      const before = stateOf(scene.sandbox);
      const run = await prune(scene, what === 'a dry run' ? DRY_RUN : CONFIRM);
      expect(run.status).toBe(3);
      const document = documentOf(run);
      expect(document.images).toEqual([]);
      expect(document.blobs).toEqual([]);
      expect(document.imageStreams.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
        'multi/tool',
        'ops/batch',
        'shop/api',
      ]);
      expect(document.failures).toEqual([
        {
          target: `image ${broken()} (in image stream shop/web)`,
          message: expect.stringMatching(
            /^dockerImageMetadata is missing, and its manifest cannot be read: .*400.*; the image streams that list it are not changed, and no image is deleted; delete the tags that list it, or the image, or pass --ignore-unreadable=sha256:\w{64} /,
          ),
        },
      ]);
      expect(run.stderr).toContain(`image ${broken()} (in image stream shop/web): dockerImageMetadata is missing`);
      const after = stateOf(scene.sandbox);
      const ofWeb = (entries: string[]): string[] => entries.filter((entry) => entry.includes('shop/web'));
      expect(after.blobs).toEqual(before.blobs);
      expect(ofWeb([...after.items, ...after.layerLinks, ...after.manifestLinks])).toEqual(
        ofWeb([...before.items, ...before.layerLinks, ...before.manifestLinks]),
      );
    },
  );

  test('is accepted with --ignore-unreadable, by prune why, too', async () => {
    const accept = `--ignore-unreadable=${broken()}`;
    const run = await prune(scene, [...CONFIRM, accept]);
    expect(run.status).toBe(0);
    expect(run.stderr).toContain(`because of --ignore-unreadable, it counts as an image without layers`);
    expect(documentOf(run).images.length).toBeGreaterThan(0);
  });

  test('is the reason of prune why, with its image stream, until it is accepted', async () => {
    const { kubeconfig } = scene.sandbox;
    const why = (...flags: string[]): Promise<Outcome> =>
      regadm(['prune', 'why', scene.loose, ...flags], { kubeconfig: kubeconfig.admin });
    expect((await why()).stdout).toContain(
      `the metadata of image ${broken()} (in image stream shop/web) cannot be read`,
    );
    expect((await why(`--ignore-unreadable=${broken()}`)).stdout).toContain('It would be pruned');
  });

  test('can be accepted only by its whole name', async () => {
    const run = await prune(scene, [...DRY_RUN, '--ignore-unreadable=sha256:0123']);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('invalid argument "sha256:0123" for "--ignore-unreadable" flag: not a digest');
  });
});

test('an index of a child that cannot be read restricts its image stream', async () => {
  makeUnreadable(scene.children[0]![0]!);
  noManifests('multi/tool');
  const run = await prune(scene, DRY_RUN);
  expect(run.status).toBe(3);
  const names = documentOf(run).imageStreams.map(({ namespace, name }) => `${namespace}/${name}`);
  expect(names).toEqual(['ops/batch', 'shop/api', 'shop/web']);
  expect(documentOf(run).failures[0]!.target).toContain('(in image stream multi/tool)');
});

test('an image that the registry does not have needs no blob: a warning', async () => {
  const undisturbed = documentOf(await prune(scene, DRY_RUN));
  const ghost = digest('an image that was never pushed');
  scene.sandbox.store.put('images', {
    metadata: { name: ghost, creationTimestamp: '2025-01-01T00:00:00Z' },
    dockerImageReference: `${HOST}/shop/api@${ghost}`,
  });
  retag(scene.sandbox, 'shop/api', 'ghost', ghost);
  const run = await prune(scene, DRY_RUN);
  expect(run.status).toBe(0);
  expect(planOf(documentOf(run))).toEqual(planOf(undisturbed));
  expect(documentOf(run).warnings).toEqual([
    `image ${ghost} (in image stream shop/api) cannot be pulled: its metadata cannot be read, and the registry does not have its manifest; it counts as an image without layers; push it again, or delete its tags`,
  ]);
});

test('a user who is not allowed to pull learns it', async () => {
  makeUnreadable(scene.web[0]!);
  const run = await prune(scene, DRY_RUN, { kubeconfig: scene.sandbox.kubeconfig.pruner });
  expect(run.status).toBe(3);
  expect(documentOf(run).failures[0]!.message).toContain('its manifest cannot be read: ');
});
