import fc from 'fast-check';
import { asDigest } from '../../../support/names.js';
import { anImage, digest } from '../../../support/builders.js';
import { stateOf } from '../../../support/cluster-checks.js';
import { aScene, HOST, pruneInProcess, type Scene } from '../../../support/prune-scene.js';

/** Paths of requests that delete something: nothing but repository names and digests. */
const DELETION =
  /^\/(?:v2\/[a-z]+\/[a-z]+\/(?:blobs|manifests)|admin\/blobs|apis\/image\.openshift\.io\/v1\/images)\/sha256:[0-9a-f]{64}$/;

let scene: Scene;
beforeEach(async () => {
  scene = await aScene();
});
afterEach(() => scene.sandbox.stop());

const deletions = (): string[] =>
  scene.sandbox.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path.replaceAll('%3A', ':'));

/** Texts that would address a layer of shop/web, or anything else, if they became part of a path. */
function hostileNames(victim: string): string[] {
  const suffixes = ['?x', '#x', '/', '/..', '%3Fx', '%2e%2e', '\r\nHost: evil', ' ', '\0', '\u202e', ';x', '\\'];
  const random = fc.sample(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webPath()), {
    numRuns: 50,
    seed: 1,
  });
  return [
    ...suffixes.map((suffix) => `${victim}${suffix}`),
    `../../v2/shop/web/blobs/${victim}`,
    `../blobs/${victim}`,
    victim.toUpperCase(),
    victim.slice(0, -1),
    '..',
    'x',
    'constructor',
    ...random,
  ];
}

test('whatever names an image contains, only digests become part of a request, and only its own blobs are deleted', async () => {
  const { sandbox, web } = scene;
  const before = stateOf(sandbox);
  const { document: undisturbed } = await pruneInProcess(scene, { dryRun: true });
  const victim = String((sandbox.store.get('images', web[0]!)!.dockerImageLayers as { name: string }[])[0]!.name);
  const names = hostileNames(victim);
  const evil = names.map(
    (name, at) =>
      anImage(digest(`evil ${at}`))
        .in('ops/batch')
        .withLayers([name, digest(`own ${at}`)])
        .withConfig(name).object,
  );
  const index = anImage(digest('index')).in('ops/batch').withChildren(names).object;
  const odd = names
    .filter((name) => name !== '')
    .map((name) => anImage(name).in('ops/batch').withLayers([victim]).object);
  for (const { metadata, ...image } of [...evil, index, ...odd])
    sandbox.store.put('images', { ...image, metadata: { ...metadata, uid: undefined } });
  const { document, warnings } = await pruneInProcess(scene);
  expect(deletions().length).toBeGreaterThan(names.length);
  expect(deletions().filter((path) => !DELETION.test(path))).toEqual([]);
  expect(document.failures).toEqual([]);
  const deleted = [...document.images].filter(({ status }) => status === 'deleted').map(({ name }) => name);
  const expected = [
    ...undisturbed.images.map(({ name }) => name),
    ...[...evil, index].map(({ metadata }) => metadata.name),
  ];
  expect(deleted.sort()).toEqual(expected.sort());
  const planned = new Set([
    ...undisturbed.blobs.map((blob) => blob.digest),
    ...names.map((_, at) => digest(`own ${at}`)),
  ]);
  const others = document.blobs.map((blob) => blob.digest).filter((blob) => !planned.has(blob));
  expect(others.sort()).toEqual([...evil, index].map(({ metadata }) => metadata.name).sort());
  expect(before.blobs.filter((blob) => !sandbox.registry.hasBlob(blob) && !planned.has(blob))).toEqual([]);
  expect(warnings.length).toBeLessThan(30);
  expect(warnings.join('\n')).not.toMatch(/[\0\r\u001b\u202e]/);
});

test.each(['404 for one blob', '405 for one blob', '400 for one layer link', '404 for one manifest link'])(
  '%s is a failure of that object alone',
  async (what) => {
    const { sandbox, loose } = scene;
    const status = Number(what.slice(0, 3));
    const kind = what.endsWith('blob') ? '/admin/blobs/' : what.includes('layer') ? '/blobs/' : '/manifests/';
    const { document: plan } = await pruneInProcess(scene, { dryRun: true });
    let hit = '';
    sandbox.onRequest(({ method, path, server }) => {
      if (server !== 'registry' || method !== 'DELETE' || !path.includes(kind)) return undefined;
      if (kind === '/blobs/' && !path.startsWith('/v2/')) return undefined;
      const name = path.slice(path.lastIndexOf('/') + 1).replaceAll('%3A', ':');
      const isPlanned = [...plan.blobs, ...plan.layerLinks, ...plan.manifestLinks].some((one) => one.digest === name);
      if (!isPlanned || (hit !== '' && hit !== path)) return undefined;
      hit = path;
      return { do: 'status', status };
    });
    const { document } = await pruneInProcess(scene);
    expect(document.failures.length).toBeGreaterThan(0);
    expect(document.failures.every(({ target }) => target !== 'the run')).toBe(true);
    const images = document.images.filter(({ status: code }) => code === 'deleted');
    expect(images.length).toBeGreaterThanOrEqual(plan.images.length - 4);
    sandbox.clearFaults();
    hit = '-';
    expect((await pruneInProcess(scene)).document.failures).toEqual([]);
    expect(sandbox.store.get('images', loose)).toBeUndefined();
  },
);

test('a stream item that names no digest sends no request for it, and the item stays', async () => {
  const { sandbox } = scene;
  const created = '2025-01-01T00:00:00Z';
  const items = ['..', `${scene.web[0]}?x`, 'x'].map((image) => ({
    image,
    created,
    dockerImageReference: `${HOST}/x`,
  }));
  sandbox.store.put('imagestreams', {
    metadata: { namespace: 'tenant', name: 'app', creationTimestamp: created },
    spec: {},
    status: { dockerImageRepository: `${HOST}/tenant/app`, tags: [{ tag: 'latest', items }] },
  });
  const { document, warnings } = await pruneInProcess(scene, { options: { keepTagRevisions: 0 } });
  expect(document.failures).toEqual([]);
  expect(sandbox.requests.filter(({ path }) => /%3Fx|images\/x|images\/$/.test(path))).toEqual([]);
  expect(sandbox.store.get('imagestreams', 'tenant', 'app')!.status!.tags).toHaveLength(1);
  expect(warnings).toEqual([expect.stringMatching(/^image stream tenant\/app: tag "latest" lists the image "\.\."/)]);
});

test('the annotation of interrupted runs deletes links of its own repository only', async () => {
  const { sandbox, web } = scene;
  const stream = sandbox.store.get('imagestreams', 'shop', 'copy')!;
  const pending = [web[0], web[3], `${web[1]}?x`, '../..', asDigest('junk')].join(',');
  sandbox.store.put('imagestreams', {
    ...stream,
    metadata: { ...stream.metadata, annotations: { 'regadm/pending': pending } },
  });
  const before = stateOf(sandbox);
  const { document } = await pruneInProcess(scene);
  expect(document.failures).toEqual([]);
  expect(deletions().filter((path) => !DELETION.test(path))).toEqual([]);
  expect(before.layerLinks.length).toBeGreaterThan(0);
  expect(sandbox.registry.hasManifestLink('shop/web', web[0]!)).toBe(true);
});
