import type { FaultAction, RequestInfo, Sandbox } from '../../../../src/sandbox/index.js';
import {
  missingPartsOf,
  missingParts,
  stateOf,
  unplannedLosses,
  falseClaims,
  type PruneDocument,
  type State,
} from '../../../support/cluster-checks.js';
import {
  aRunningPod,
  aScene,
  HOST,
  letRunNotice,
  pruneInProcess,
  retag,
  type Scene,
} from '../../../support/prune-scene.js';

let scene: Scene;
let before: State;
let plan: PruneDocument;

beforeEach(async () => {
  scene = await aScene();
  before = stateOf(scene.sandbox);
  plan = (await pruneInProcess(scene, { dryRun: true })).document;
});
afterEach(() => scene.sandbox.stop());

/** The ways in which something starts to use a planned image during the run. */
const USES: Record<string, (sandbox: Sandbox, image: string, key: string) => void> = {
  'a pod that names its digest': (sandbox, image, key) =>
    put(sandbox, aRunningPod('late/pod', `${HOST}/${key}@${image}`)),
  'a pod whose status names it': (sandbox, image) =>
    put(
      sandbox,
      aRunningPod('late/pod', 'quay.io/elsewhere:1', {
        status: { containerStatuses: [{ name: 'main', imageID: image }] },
      }),
    ),
  'a deployment that names its digest': (sandbox, image, key) => {
    const { metadata, spec } = aRunningPod('late/web', `${HOST}/${key}@${image}`);
    sandbox.store.put('deployments', { metadata, spec: { template: { spec } } });
  },
  'a new tag': (sandbox, image, key) => retag(sandbox, key, 'late', image),
  'the same tag, set back to it': (sandbox, image, key) =>
    retag(sandbox, key, key === 'shop/web' ? 'latest' : 'nightly', image),
  'a new index that names it as a child': (sandbox, image, key) =>
    void sandbox.registry.push(key, 'late', { manifests: [image] }),
};

function put(sandbox: Sandbox, pod: object): void {
  sandbox.store.put('pods', pod);
}

const isBlob = ({ method, path }: RequestInfo): boolean =>
  method === 'DELETE' && path.startsWith('/admin/') && planned(path, plan.blobs);
const isLink = ({ method, path }: RequestInfo): boolean =>
  method === 'DELETE' && path.startsWith('/v2/') && planned(path, [...plan.layerLinks, ...plan.manifestLinks]);

/** Excludes the random digests of the preflight. */
function planned(path: string, things: { digest: string }[]): boolean {
  return things.some(({ digest }) => path.endsWith(digest));
}

/** The requests at which the use starts; the request waits until the use exists. */
const MOMENTS: Record<string, (request: RequestInfo) => boolean> = {
  'before its stream is updated': ({ method, path }) => method === 'GET' && path.endsWith('/imagestreams/web'),
  'while another stream loses its links': (request) => isLink(request) && !request.path.includes('/shop/web/'),
  'before any image is deleted': isBlob,
};

/** Runs `act` at the first request that matches. */
function once(is: (request: RequestInfo) => boolean, act: (request: RequestInfo) => void): () => boolean {
  let done = false;
  scene.sandbox.onRequest(async (request) => {
    if (done || !is(request)) return;
    done = true;
    act(request);
    await letRunNotice(scene);
  });
  return () => done;
}

describe.each(['admin', 'pruner'] as const)('with the permissions of the %s', (user) => {
  describe.each(Object.entries(MOMENTS))('%s', (moment, is) => {
    test.each(Object.entries(USES))('%s: the image is kept with all its blobs', async (what, use) => {
      const image = moment === 'before any image is deleted' ? lastImage() : scene.web[4]!;
      const key = repositoryOf(image);
      const happened = once(is, () => use(scene.sandbox, image, key));
      const { document } = await pruneInProcess(scene, {
        kubeconfig: scene.sandbox.kubeconfig[user],
        request: { registry: oneWorker() },
      });
      expect(happened()).toBe(true);
      expect(document.images.find(({ name }) => name === image)).toMatchObject({ status: 'skipped' });
      if (moment !== 'before any image is deleted') {
        const links = document.layerLinks
          .concat(document.manifestLinks)
          .filter(({ repository }) => repository === 'shop/web');
        expect(links.length).toBeGreaterThan(0);
        // A child of a listed index does not need an item of its own.
        if (!what.includes('index'))
          expect(stateOf(scene.sandbox).items.some((item) => item.startsWith('shop/web') && item.endsWith(image))).toBe(
            true,
          );
      }
      // Its links were deleted before the use started, because the stream no longer listed it.
      const linksGone = moment === 'before any image is deleted';
      expect(missingParts(scene.sandbox).filter((part) => !(linksGone && part.includes(' link ')))).toEqual([]);
      expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
      expect(unplannedLosses(before, stateOf(scene.sandbox), plan)).toEqual([]);
      expect(document.failures).toEqual([]);
    });
  });
});

test.each(['admin', 'pruner'] as const)(
  'a tag of another stream that is promoted during the run of the %s keeps the item and its links',
  async (user) => {
    const image = scene.web[4]!;
    const promote = (): void => retag(scene.sandbox, 'shop/api', 'promoted', image, 'shop/web');
    const happened = once(MOMENTS['before its stream is updated']!, promote);
    const { document } = await pruneInProcess(scene, {
      kubeconfig: scene.sandbox.kubeconfig[user],
      request: { registry: oneWorker() },
    });
    expect(happened()).toBe(true);
    expect(stateOf(scene.sandbox).items.some((item) => item.startsWith('shop/web') && item.endsWith(image))).toBe(true);
    expect(missingParts(scene.sandbox).filter((part) => part.includes(' shop/web@'))).toEqual([]);
    expect(document.failures).toEqual([]);
  },
);

function oneWorker(): { registryUrl: string; forceInsecure: boolean; workers: number } {
  return { registryUrl: scene.sandbox.registryUrl, forceInsecure: false, workers: 1 };
}

/** The image that is deleted last: not an index, and the last one by its digest. */
function lastImage(): string {
  const children = new Set(scene.children.flat());
  return plan.images
    .map(({ name }) => name)
    .filter((name) => !scene.indexes.includes(name) && !children.has(name))
    .at(-1)!;
}

function repositoryOf(image: string): string {
  if (scene.web.includes(image)) return 'shop/web';
  if (scene.api.includes(image)) return 'shop/api';
  return 'ops/batch';
}

test('a tag that is created while its stream loses links keeps the remaining links', async () => {
  let image = '';
  once(
    (request) => isLink(request) && request.path.includes('/shop/web/'),
    ({ path }) => {
      // Not the image whose link is being deleted.
      image = scene.web.slice(3).find((digest) => missingWith(digest, path.split('/').at(-1)!).length === 0)!;
      retag(scene.sandbox, 'shop/web', 'late', image);
    },
  );
  const { document } = await pruneInProcess(scene, { request: { registry: oneWorker() } });
  expect(missingPartsOf(scene.sandbox, image)).toEqual([]);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
  const again = await pruneInProcess(scene);
  expect(again.document.failures).toEqual([]);
  expect(missingParts(scene.sandbox)).toEqual([]);
  expect(stateOf(scene.sandbox).pending).toEqual({});
});

/** Returns the parts of an image that have this digest. */
function missingWith(image: string, digest: string): string[] {
  const { dockerImageLayers, dockerImageMetadata } = scene.sandbox.store.get('images', image) as unknown as {
    dockerImageLayers: { name: string }[];
    dockerImageMetadata: { Id: string };
  };
  return [image, dockerImageMetadata.Id, ...dockerImageLayers.map(({ name }) => name)].filter(
    (part) => part === digest,
  );
}

test.each(['admin', 'pruner'] as const)(
  'a push that shares the layers of a planned image keeps them (%s)',
  async (user) => {
    let pushed = '';
    const layers = ['base', 'pair 0', 'web 0', 'api 0', 'batch 0', 'loose', 'tool amd64 0'];
    once(isBlob, () => (pushed = scene.sandbox.registry.push('late/app', 'latest', { layers }).digest));
    const { document } = await pruneInProcess(scene, {
      kubeconfig: scene.sandbox.kubeconfig[user],
      request: { registry: oneWorker() },
    });
    // A blob that is being deleted during the push is lost: all layers exist, except possibly that blob.
    const lost = missingPartsOf(scene.sandbox, pushed);
    expect(lost.length).toBeLessThanOrEqual(1);
    expect(document.blobs.filter(({ status }) => status === 'skipped').length).toBeGreaterThan(0);
    expect(
      falseClaims(document, before, scene.sandbox).filter((line) => !lost.some((part) => line.includes(part))),
    ).toEqual([]);
  },
);

test('a new index that no tag lists yet keeps what it names', async () => {
  const image = lastImage();
  once(isBlob, () => void scene.sandbox.registry.push(repositoryOf(image), undefined, { manifests: [image] }));
  const { document } = await pruneInProcess(scene, { request: { registry: oneWorker() } });
  expect(document.images.find(({ name }) => name === image)).toMatchObject({ status: 'skipped' });
  expect(scene.sandbox.registry.hasBlob(image)).toBe(true);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
});

test('a child of a planned index is now in use: the index and its other children are kept, too', async () => {
  const [child = ''] = scene.children[4]!;
  once(MOMENTS['while another stream loses its links']!, () =>
    put(scene.sandbox, aRunningPod('late/pod', `${HOST}/multi/tool@${child}`)),
  );
  const { document } = await pruneInProcess(scene, { request: { registry: oneWorker() } });
  for (const name of [scene.indexes[4]!, ...scene.children[4]!]) {
    expect(document.images.find((image) => image.name === name)).toMatchObject({ status: 'skipped' });
    expect(scene.sandbox.store.get('images', name)).toBeDefined();
    expect(scene.sandbox.registry.hasBlob(name)).toBe(true);
  }
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
});

test('a retry of a deletion looks at the cluster again first', async () => {
  const image = lastImage();
  let asked = 0;
  scene.sandbox.onRequest(async ({ method, path }): Promise<FaultAction | undefined> => {
    if (method !== 'DELETE' || path !== `/admin/blobs/${image}`) return undefined;
    if (asked++ === 0) put(scene.sandbox, aRunningPod('late/pod', `${HOST}/${repositoryOf(image)}@${image}`));
    await letRunNotice(scene);
    return { do: 'status', status: 503, retryAfter: 1 };
  });
  const { document } = await pruneInProcess(scene, { kubeconfig: scene.sandbox.kubeconfig.pruner });
  expect(asked).toBe(1);
  expect(scene.sandbox.registry.hasBlob(image)).toBe(true);
  expect(document.images.find(({ name }) => name === image)).toMatchObject({ status: 'failed' });
  expect(document.failures.map(({ message }) => message).join()).toContain(
    'the deletion was stopped while it waited: it is now in use',
  );
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
});

test('a retry of an update looks at the cluster again first', async () => {
  let asked = 0;
  scene.sandbox.onRequest(async ({ method, path }): Promise<FaultAction | undefined> => {
    if (method !== 'PUT' || !path.includes('/batch/')) return undefined;
    if (asked++ > 0) return undefined;
    put(scene.sandbox, aRunningPod('late/pod', `${HOST}/ops/batch@${scene.batch[4]}`));
    await letRunNotice(scene);
    return { do: 'status', status: 503, retryAfter: 1 };
  });
  const { document } = await pruneInProcess(scene, { kubeconfig: scene.sandbox.kubeconfig.pruner });
  expect(asked).toBeGreaterThan(1);
  expect(missingPartsOf(scene.sandbox, scene.batch[4]!)).toEqual([]);
  expect(stateOf(scene.sandbox).items).toContain(`ops/batch:nightly@${scene.batch[4]}`);
  expect(document.failures).toEqual([]);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
});

test('after a reference appears that cannot be parsed, nothing more is deleted', async () => {
  once(isBlob, () => put(scene.sandbox, aRunningPod('late/pod', `${HOST}/Shop/Web:latest`)));
  const { document } = await pruneInProcess(scene, { request: { registry: oneWorker() } });
  expect(document.failures.map(({ message }) => message).join()).toContain('cannot be parsed');
  expect(document.images.filter(({ status }) => status === 'deleted').length).toBeLessThanOrEqual(1);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
  scene.sandbox.store.remove('pods', 'late', 'pod');
  const again = await pruneInProcess(scene);
  expect(again.document.failures).toEqual([]);
  expect(missingParts(scene.sandbox)).toEqual([]);
});

test('an image that was deleted and pushed again meanwhile is kept', async () => {
  const image = lastImage();
  once(isBlob, () => {
    const object = scene.sandbox.store.get('images', image)!;
    scene.sandbox.store.remove('images', image);
    const { uid: _uid, ...metadata } = object.metadata;
    scene.sandbox.store.put('images', { ...object, metadata });
  });
  const { document } = await pruneInProcess(scene, { request: { registry: oneWorker() } });
  expect(document.images.find(({ name }) => name === image)).toMatchObject({ status: 'skipped' });
  expect(missingPartsOf(scene.sandbox, image)).toEqual([]);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
});

test('an image that another user deletes counts as gone, and its blobs are deleted', async () => {
  const image = lastImage();
  once(isBlob, () => void scene.sandbox.store.remove('images', image));
  const { document } = await pruneInProcess(scene);
  expect(document.images.find(({ name }) => name === image)).toMatchObject({ status: 'gone' });
  expect(scene.sandbox.registry.hasBlob(image)).toBe(false);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
});

test('after an image appears whose metadata cannot be read, no more images are deleted', async () => {
  once(isBlob, () => {
    const { metadata: _metadata, ...image } = scene.sandbox.store.get('images', scene.loose)!;
    scene.sandbox.store.put('images', {
      ...image,
      metadata: { name: `sha256:${'b'.repeat(64)}` },
      dockerImageMetadata: 'broken',
    });
  });
  const { document } = await pruneInProcess(scene, { request: { registry: oneWorker() } });
  expect(document.images.filter(({ status }) => status === 'deleted').length).toBe(0);
  expect(document.blobs.filter(({ status }) => status === 'deleted').length).toBe(1);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
});

test('an image whose manifest cannot be read is kept, and is a failure', async () => {
  scene.sandbox.onRequest(({ method, path }) =>
    method === 'GET' && path.endsWith(`/manifests/${scene.loose}`) ? { do: 'status', status: 500 } : undefined,
  );
  const { document, warnings } = await pruneInProcess(scene);
  expect(document.images.map(({ name }) => name)).not.toContain(scene.loose);
  expect(document.failures.map(({ target }) => target)).toEqual([`manifest of image ${scene.loose}`]);
  expect(warnings.join()).toContain(`manifest of image ${scene.loose}`);
});

test('if the registry is unavailable for manifests, nothing is changed', async () => {
  scene.sandbox.onRequest(({ method, path }) =>
    method === 'GET' && path.includes('/manifests/') ? { do: 'html' } : undefined,
  );
  await expect(pruneInProcess(scene)).rejects.toMatchObject({ code: expect.stringContaining('REGISTRY') });
  expect(stateOf(scene.sandbox)).toEqual(before);
});

test('a blob that planned images share is kept if one of them is, and otherwise deleted with the last one', async () => {
  const image = lastImage();
  const shared = sharedBlob();
  const firsts: string[] = [];
  scene.sandbox.onRequest(({ method, path }) => {
    if (method === 'DELETE' && (path.includes('/images/') || path === `/admin/blobs/${shared}`))
      firsts.push(path.split('/').at(-1)!);
  });
  once(isBlob, () => put(scene.sandbox, aRunningPod('late/pod', `${HOST}/ns/app@${image}`)));
  const { document } = await pruneInProcess(scene, { request: { registry: oneWorker() } });
  expect(firsts).not.toContain(shared);
  expect(document.blobs.find(({ digest }) => digest === shared)).toMatchObject({ status: 'skipped' });
  expect(scene.sandbox.registry.hasBlob(shared)).toBe(true);
  scene.sandbox.store.remove('pods', 'late', 'pod');
  await pruneInProcess(scene);
  // The last image that has the blob is deleted right after it.
  expect(firsts.slice(-2)).toEqual([shared, image]);
  expect(scene.sandbox.registry.hasBlob(shared)).toBe(false);
});

/** The layer that only planned images have. */
function sharedBlob(): string {
  const layersOf = (name: string): string[] =>
    ((scene.sandbox.store.get('images', name)!.dockerImageLayers ?? []) as { name: string }[]).map(
      (layer) => layer.name,
    );
  const blobs = new Set(plan.blobs.map(({ digest }) => digest));
  return layersOf(scene.loose).find((layer) => blobs.has(layer) && layersOf(scene.api[4]!).includes(layer))!;
}

test.each([1, 5])('with %i workers, a shared blob is deleted only after all other images with it', async (workers) => {
  const shared = sharedBlob();
  const owners = plan.images
    .map(({ name }) => name)
    .filter((name) => JSON.stringify(scene.sandbox.store.get('images', name)).includes(shared));
  expect(owners.length).toBeGreaterThan(3);
  let left: string[] = [];
  scene.sandbox.onRequest(({ method, path }) => {
    if (method === 'DELETE' && path.endsWith(shared) && path.startsWith('/admin'))
      left = owners.filter((name) => scene.sandbox.registry.hasBlob(name));
  });
  await pruneInProcess(scene, { request: { registry: { ...oneWorker(), workers } } });
  expect(scene.sandbox.registry.hasBlob(shared)).toBe(false);
  // With several workers, other images can be at their last request. None of them still has its manifest blob, so none
  // can be kept completely.
  expect(left).toEqual([]);
});

test('an image that is pushed again right before its deletion is not deleted, because its uid differs', async () => {
  const image = lastImage();
  let done = false;
  scene.sandbox.onRequest(({ method, path }) => {
    if (done || method !== 'DELETE' || !path.endsWith(`/images/${image}`)) return;
    done = true;
    const { metadata, ...object } = scene.sandbox.store.get('images', image)!;
    scene.sandbox.store.remove('images', image);
    scene.sandbox.store.put('images', {
      ...object,
      metadata: { name: metadata.name, annotations: metadata.annotations },
    });
  });
  const { document } = await pruneInProcess(scene, { request: { registry: oneWorker() } });
  expect(done).toBe(true);
  expect(scene.sandbox.store.get('images', image)).toBeDefined();
  expect(document.images.find(({ name }) => name === image)).toMatchObject({
    status: 'failed',
    message: 'it was deleted and pushed again in the meantime; some of its blobs were already deleted',
  });
});
