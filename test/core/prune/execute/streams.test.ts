import type { KubeObject } from '../../../../src/sandbox/index.js';
import { missingPartsOf, missingParts, stateOf, falseClaims, type State } from '../../../support/cluster-checks.js';
import { aScene, HOST, pruneInProcess, retag, type Scene } from '../../../support/prune-scene.js';

let scene: Scene;
let before: State;

beforeEach(async () => {
  scene = await aScene();
  before = stateOf(scene.sandbox);
});
afterEach(() => scene.sandbox.stop());

type Tag = { tag: string; items: { image: string; created: string }[] };

/** Changes a stream's tags as another user would. */
function change(key: string, by: (tags: Tag[]) => Tag[], more: Partial<KubeObject['metadata']> = {}): void {
  const [namespace, name] = key.split('/') as [string, string];
  const stream = scene.sandbox.store.get('imagestreams', namespace, name)!;
  scene.sandbox.store.put('imagestreams', {
    ...stream,
    metadata: { ...stream.metadata, ...more },
    status: { ...stream.status, tags: by((stream.status?.tags ?? []) as Tag[]) },
  });
}

const puts = (): string[] => scene.sandbox.requests.filter(({ method }) => method === 'PUT').map(({ path }) => path);

test('an image that a tag lists twice loses only the old one of the two items', async () => {
  // latest was set back to an old revision: [w0, w1, w2, w3, w4, w5] is now [w4, w0, w1, w2, w3, w4, w5].
  change('shop/web', ([latest]) => [
    { ...latest!, items: [{ ...latest!.items[4]!, created: '2025-06-01T00:00:00Z' }, ...latest!.items] },
  ]);
  before = stateOf(scene.sandbox);
  const { document } = await pruneInProcess(scene);
  const [kept, ...rest] = stateOf(scene.sandbox).items.filter((item) => item.startsWith('shop/web'));
  expect(kept).toBe(`shop/web:latest@${scene.web[4]}`);
  expect(rest).toEqual([0, 1].map((at) => `shop/web:latest@${scene.web[at]}`));
  expect(missingParts(scene.sandbox)).toEqual([]);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
  expect(document.summary.failed).toBe(0);
  expect(stateOf(scene.sandbox).pending).toEqual({});
});

test('digests that another run has noted are kept in the annotation', async () => {
  const foreign = scene.sandbox.registry.push('shop/web', undefined, {
    layers: ['foreign'],
    created: '2025-01-01T00:00:00Z',
  });
  scene.sandbox.onRequest(({ method, path }) => {
    if (method !== 'PUT' || !path.includes('/web/status')) return;
    const stream = scene.sandbox.store.get('imagestreams', 'shop', 'web')!;
    if (stream.metadata.annotations?.['regadm/pending']) return;
    scene.sandbox.store.put('imagestreams', {
      ...stream,
      metadata: { ...stream.metadata, annotations: { 'regadm/pending': foreign.digest.slice(7) } },
    });
  });
  await pruneInProcess(scene);
  expect(stateOf(scene.sandbox).pending).toEqual({ 'shop/web': foreign.digest.slice(7) });
});

test('digests that an interrupted run noted lose their links, unless the stream lists them again', async () => {
  const left = scene.sandbox.registry.push('shop/web', undefined, {
    layers: ['left'],
    created: '2025-01-01T00:00:00Z',
  });
  const annotations = { 'regadm/pending': [left.digest, scene.web[0]!].map((digest) => digest.slice(7)).join(',') };
  change('shop/web', (tags) => tags, { annotations });
  const { document } = await pruneInProcess(scene);
  expect(document.summary.failed).toBe(0);
  expect(scene.sandbox.registry.hasManifestLink('shop/web', left.digest)).toBe(false);
  expect(scene.sandbox.registry.hasLayerLink('shop/web', left.layers[0]!)).toBe(false);
  expect(missingPartsOf(scene.sandbox, scene.web[0]!)).toEqual([]);
  expect(stateOf(scene.sandbox).pending).toEqual({});
});

test('a stream with only noted digests that is deleted meanwhile is gone, not failed', async () => {
  const left = scene.sandbox.registry.push('ops/other', undefined, {
    layers: ['left'],
    created: '2025-01-01T00:00:00Z',
  });
  scene.sandbox.store.put('imagestreams', {
    metadata: {
      namespace: 'ops',
      name: 'other',
      creationTimestamp: '2025-01-01T00:00:00Z',
      annotations: { 'regadm/pending': left.digest.slice(7) },
    },
  });
  before = stateOf(scene.sandbox);
  scene.sandbox.onRequest(({ method, path }) => {
    if (method === 'DELETE' && path.startsWith('/admin')) scene.sandbox.store.remove('imagestreams', 'ops', 'other');
  });
  const { document } = await pruneInProcess(scene);
  expect(document.failures).toEqual([]);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
});

test('a stream is deleted before its turn: its links cannot be reached and are not reported as gone', async () => {
  scene.sandbox.onRequest(({ method, path }) => {
    if (method === 'GET' && path.endsWith('/imagestreams/batch'))
      scene.sandbox.store.remove('imagestreams', 'ops', 'batch');
  });
  const { document } = await pruneInProcess(scene);
  expect(document.failures).toEqual([]);
  expect(document.imageStreams.find(({ name }) => name === 'batch')).toMatchObject({ status: 'gone' });
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
  expect(
    document.layerLinks.filter(({ repository }) => repository === 'ops/batch').map(({ status }) => status),
  ).toContain('skipped');
});

test('a stream is deleted between its update and the deletion of its links', async () => {
  scene.sandbox.onRequest(({ method, path }) => {
    if (method === 'DELETE' && path.startsWith('/v2/ops/batch/blobs'))
      scene.sandbox.store.remove('imagestreams', 'ops', 'batch');
  });
  const { document } = await pruneInProcess(scene);
  expect(document.failures).toEqual([]);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
});

test.each([
  ['deleted and made again, empty', (): void => remake([])],
  ['deleted and made again with the same tags', (): void => remake(undefined)],
  ['pushed to', (): void => void scene.sandbox.registry.push('ops/batch', 'nightly', { layers: ['base', 'new'] })],
  ['set back to a doomed image', (): void => retag(scene.sandbox, 'ops/batch', 'nightly', scene.batch[4]!)],
  ['given another tag for a doomed image', (): void => retag(scene.sandbox, 'ops/batch', 'stable', scene.batch[4]!)],
])('a stream that is %s before its update', async (_what, disturb) => {
  let done = false;
  scene.sandbox.onRequest(({ method, path }) => {
    if (method !== 'PUT' || !path.includes('/batch/status') || done) return;
    done = true;
    disturb();
  });
  const { document } = await pruneInProcess(scene);
  expect(done).toBe(true);
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
  expect(missingParts(scene.sandbox)).toEqual([]);
  const again = await pruneInProcess(scene);
  expect(again.document.failures).toEqual([]);
  expect(missingParts(scene.sandbox)).toEqual([]);
  expect(stateOf(scene.sandbox).pending).toEqual({});
});

function remake(tags: Tag[] | undefined): void {
  const { store } = scene.sandbox;
  const { metadata, spec, status } = store.get('imagestreams', 'ops', 'batch')!;
  store.remove('imagestreams', 'ops', 'batch');
  const { namespace, name } = metadata;
  store.put('imagestreams', { metadata: { namespace, name }, spec, status: { ...status, tags: tags ?? status?.tags } });
}

test('thousands of items of one stream are removed in several updates, with all their links', async () => {
  const { store, registry } = scene.sandbox;
  const created = '2025-01-01T00:00:00Z';
  const digests: string[] = [];
  for (let at = 0; at < 2300; at++) {
    const name = `sha256:${at.toString(16).padStart(64, 'a')}`;
    digests.push(name);
    store.put('images', {
      metadata: { name, creationTimestamp: created, annotations: { 'openshift.io/image.managed': 'true' } },
      dockerImageReference: `${HOST}/ops/many@${name}`,
      dockerImageMetadata: { Id: '', Size: 0 },
      dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      dockerImageLayers: [],
    });
  }
  const tags = [{ tag: 'all', items: digests.map((image) => ({ image, created })) }];
  store.put('imagestreams', {
    metadata: { namespace: 'ops', name: 'many', creationTimestamp: created },
    status: { tags },
  });
  const { document } = await pruneInProcess(scene);
  expect(puts().filter((path) => path.includes('/many/')).length).toBeGreaterThanOrEqual(4);
  expect(document.failures).toEqual([]);
  expect(stateOf(scene.sandbox).items.filter((item) => item.startsWith('ops/many'))).toHaveLength(3);
  expect(stateOf(scene.sandbox).pending).toEqual({});
  expect(registry.manifestLinks().filter((link) => link.startsWith('ops/many'))).toEqual([]);
});

describe('a server that lies about a stream', () => {
  const isWeb = ({ method, path }: { method: string; path: string }, wanted: RegExp): boolean =>
    wanted.test(`${method} ${path}`);
  const asJson = (edit: (stream: KubeObject) => object): { do: 'rewrite'; change(text: string): string } => ({
    do: 'rewrite',
    change: (text) => JSON.stringify(edit(JSON.parse(text) as KubeObject)),
  });

  test.each<[string, (stream: KubeObject) => object]>([
    ['without a status', (stream) => ({ ...stream, status: undefined })],
    ['without tags', (stream) => ({ ...stream, status: { ...stream.status, tags: null } })],
    [
      'with tags without items',
      (stream) => ({
        ...stream,
        status: { ...stream.status, tags: (stream.status!.tags as Tag[]).map(({ tag }) => ({ tag, items: null })) },
      }),
    ],
  ])('the version that was listed, %s: no link is deleted', async (_what, edit) => {
    scene.sandbox.onRequest((request) => (isWeb(request, /^GET .*imagestreams\/web$/) ? asJson(edit) : undefined));
    const { document } = await pruneInProcess(scene);
    expect(missingParts(scene.sandbox)).toEqual([]);
    expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
    expect(document.imageStreams.find(({ name }) => name === 'web')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('two different contents for version'),
    });
    expect(stateOf(scene.sandbox).items.filter((item) => item.startsWith('shop/web'))).toEqual(
      before.items.filter((item) => item.startsWith('shop/web')),
    );
  });

  test.each<[string, (listed: KubeObject) => object]>([
    ['the stream as it was', (listed) => listed],
    ['fewer items in the version that it had', (listed) => ({ ...listed, status: { ...listed.status, tags: [] } })],
  ])('an update that is not stored is answered with %s: nothing of the stream is deleted', async (_what, answer) => {
    scene.sandbox.onRequest((request) => {
      if (!isWeb(request, /^PUT .*imagestreams\/web\/status$/)) return undefined;
      const listed = { ...scene.sandbox.store.get('imagestreams', 'shop', 'web')!, kind: 'ImageStream' };
      return { do: 'respond', status: 200, body: JSON.stringify(answer(listed)) };
    });
    const { document } = await pruneInProcess(scene);
    expect(missingParts(scene.sandbox)).toEqual([]);
    expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
    expect(document.imageStreams.find(({ name }) => name === 'web')).toMatchObject({ status: 'failed' });
  });
});
