import type { FaultAction, KubeObject, RequestInfo } from '../../../src/sandbox/index.js';
import { aScene, pruneInProcess, type Scene } from '../../support/prune-scene.js';

const OCI = 'application/vnd.oci.image.manifest.v1+json';
const ARTIFACT = 'application/vnd.oci.artifact.manifest.v1+json';

let scene: Scene;
/** The config and the layers of the pushed image. */
let parts: string[];
beforeEach(async () => void (scene = await aScene()));
afterEach(() => scene.sandbox.stop());

/** Pushes an image that stays, with a layer that otherwise only deleted images have; then changes its object. */
function pushed(change: (image: KubeObject) => object): string {
  const { registry, store } = scene.sandbox;
  const { digest } = registry.push('kept/app', 'v1', { layers: ['outdated'] });
  const image = store.get('images', digest)!;
  parts = [configOf(image), ...layersOf(image).map(({ name }) => name)];
  store.put('images', { ...image, ...change(image) });
  return digest;
}

/** Expects that the registry still has the config and the layers of the pushed image. */
function expectComplete(): void {
  const { registry } = scene.sandbox;
  expect(parts.filter((part) => !registry.hasBlob(part))).toEqual([]);
}

/** Answers requests for manifests of a repository. */
function answerManifests(repository: string, action: FaultAction): void {
  scene.sandbox.onRequest(({ method, path }: RequestInfo) =>
    method === 'GET' && path.startsWith(`/v2/${repository}/manifests/`) ? action : undefined,
  );
}

const manifestRequests = (repository: string): number =>
  scene.sandbox.requests.filter(
    ({ method, path }) => method === 'GET' && path.startsWith(`/v2/${repository}/manifests/`),
  ).length;

const layersOf = (image: KubeObject): { name: string; size: number }[] =>
  image.dockerImageLayers as { name: string; size: number }[];
const configOf = (image: KubeObject): string => (image.dockerImageMetadata as { Id: string }).Id;
const manifestOf = (image: KubeObject): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI,
    config: { digest: configOf(image), size: 2 },
    layers: layersOf(image).map(({ name: digest, size }) => ({ digest, size })),
  });
const unknown = {
  do: 'respond',
  status: 404,
  body: '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}',
} as const;

describe.each<[what: string, change: (image: KubeObject) => object]>([
  ['states a size, but no layers', () => ({ dockerImageLayers: [] })],
  [
    'contains a manifest, but no layers',
    (image) => ({ dockerImageLayers: [], dockerImageManifest: manifestOf(image) }),
  ],
  [
    'contains a manifest, but no layers and no size',
    (image) => ({
      dockerImageLayers: [],
      dockerImageManifest: manifestOf(image),
      dockerImageMetadata: { Id: configOf(image) },
    }),
  ],
  ['names layers that are not digests', () => ({ dockerImageLayers: [{ name: 'layer', size: 1 }] })],
  [
    'has no media type, and no layers',
    () => ({ dockerImageManifestMediaType: undefined, dockerImageLayers: [], dockerImageMetadata: {} }),
  ],
])('an image that stays and %s', (_what, change) => {
  test('keeps what its manifest names', async () => {
    pushed(change);
    const { document } = await pruneInProcess(scene);
    expectComplete();
    expect(document.failures).toEqual([]);
    expect(document.summary.images).toBeGreaterThan(0);
  });
});

test('a deleted image that states no layers does not take along what its manifest names', async () => {
  const { store, registry } = scene.sandbox;
  const only = registry.push('ops/batch', undefined, { layers: ['only here'], created: '2025-01-01T00:00:00Z' }).digest;
  const image = store.get('images', only)!;
  store.put('images', { ...image, dockerImageLayers: [] });
  const { document } = await pruneInProcess(scene);
  expect(document.images.map(({ name }) => name)).toContain(only);
  expect(registry.hasBlob(layersOf(image)[0]!.name)).toBe(true);
});

describe('an image that states a size, but no layers, and whose manifest cannot be read', () => {
  test('stops the deletion of images', async () => {
    const image = pushed(() => ({ dockerImageLayers: [] }));
    answerManifests('kept/app', { do: 'status', status: 400 });
    const { document } = await pruneInProcess(scene);
    expect(document.images).toEqual([]);
    expectComplete();
    expect(document.failures).toEqual([
      expect.objectContaining({
        target: `image ${image} (in image stream kept/app)`,
        message: expect.stringMatching(/^dockerImageLayers is empty, .*its manifest cannot be read: /) as string,
      }),
    ]);
  });

  test('needs no blob if the registry does not have it', async () => {
    const image = pushed(() => ({ dockerImageLayers: [] }));
    answerManifests('kept/app', unknown);
    const { document, warnings } = await pruneInProcess(scene);
    expect(document.failures).toEqual([]);
    expect(document.summary.images).toBeGreaterThan(0);
    expect(warnings).toEqual([
      `image ${image} (in image stream kept/app) cannot be pulled: its object names no layers, and the registry does not have its manifest; it counts as an image without layers; push it again, or delete its tags`,
    ]);
  });
});

describe('an image whose object may state everything', () => {
  test.each<[what: string, action: FaultAction, warnings: unknown[]]>([
    ['unknown to the registry', unknown, []],
    [
      'an error',
      { do: 'status', status: 400 },
      [expect.stringMatching(/^cannot read the manifest of image sha256:[0-9a-f]{64}, whose object/)],
    ],
  ])('does not restrict the run if its manifest is %s', async (_what, action, expected) => {
    pushed(() => ({ dockerImageManifestMediaType: undefined, dockerImageMetadata: {} }));
    answerManifests('kept/app', action);
    const { document, warnings } = await pruneInProcess(scene);
    expect(document.failures).toEqual([]);
    expect(document.summary.images).toBeGreaterThan(0);
    expect(warnings).toEqual(expected);
  });

  test('is not read if it states no size and no layers', async () => {
    pushed((image) => ({ dockerImageLayers: [], dockerImageMetadata: { Id: configOf(image) } }));
    const { document } = await pruneInProcess(scene);
    expect(manifestRequests('kept/app')).toBe(0);
    expect([document.failures, document.warnings]).toEqual([[], []]);
  });

  test('is not read with the rules of oc, or if nothing is deleted in the registry', async () => {
    pushed(() => ({ dockerImageManifestMediaType: undefined }));
    await pruneInProcess(scene, { options: { referrers: 'oc' }, dryRun: true });
    await pruneInProcess(scene, { options: { pruneRegistry: false }, dryRun: true });
    expect(manifestRequests('kept/app')).toBe(0);
  });
});

test('without a media type, the Id counts as a config that stays, even if the user may not pull', async () => {
  const { store } = scene.sandbox;
  const config = configOf(store.get('images', scene.loose)!);
  const more = { Id: config, Size: 10 };
  pushed(() => ({ dockerImageManifestMediaType: undefined, dockerImageMetadata: more }));
  const { document } = await pruneInProcess(scene, { kubeconfig: scene.sandbox.kubeconfig.pruner });
  expect(document.images.map(({ name }) => name)).toContain(scene.loose);
  expect(scene.sandbox.registry.hasBlob(config)).toBe(true);
});

test('the blobs of an OCI artifact stay', async () => {
  pushed(() => ({
    dockerImageManifestMediaType: ARTIFACT,
    dockerImageLayers: [],
    dockerImageMetadata: {},
  }));
  const { document } = await pruneInProcess(scene);
  expectComplete();
  expect(document.failures).toEqual([]);
});
