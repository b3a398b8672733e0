import { aScene, HOST, pruneInProcess, type Scene } from '../../../support/prune-scene.js';

let scene: Scene;
let image: string;

beforeEach(async () => {
  scene = await aScene();
  image = scene.web[4]!;
  const template = { spec: { containers: [{ name: 'main', image: `${HOST}/shop/web@${image}` }] } };
  scene.sandbox.store.put('controllerrevisions', {
    metadata: { name: 'db-1', namespace: 'shop' },
    data: { spec: { template } },
    revision: 1,
  });
  scene.sandbox.store.put('statefulsets', {
    metadata: { name: 'db', namespace: 'shop' },
    spec: { template: { spec: { containers: [{ name: 'main', image: 'quay.io/some/thing:1' }] } } },
  });
});
afterEach(() => scene.sandbox.stop());

const isPlanned = ({ images }: { images: { name: string }[] }): boolean => images.some(({ name }) => name === image);

test('the image of an older revision is kept, with its links, in a dry run and in a confirmed run', async () => {
  const dry = await pruneInProcess(scene, { dryRun: true });
  expect(isPlanned(dry.document)).toBe(false);
  expect(dry.warnings.join()).not.toContain('controllerrevisions');
  const { document } = await pruneInProcess(scene);
  expect(isPlanned(document)).toBe(false);
  expect(scene.sandbox.store.get('images', image)).toBeDefined();
});

test('a user who may not list revisions is warned, with the permission to grant', async () => {
  const { pruner: kubeconfig } = scene.sandbox.kubeconfig;
  const { document, warnings } = await pruneInProcess(scene, { dryRun: true, kubeconfig });
  expect(isPlanned(document)).toBe(true);
  expect(warnings.join()).toMatch(
    /because controllerrevisions\.apps, .* cannot be listed; grant it: oc create clusterrole .*=controllerrevisions\.apps,/,
  );
  scene.sandbox.store.remove('statefulsets', 'shop', 'db');
  const without = await pruneInProcess(scene, { dryRun: true, kubeconfig });
  expect(without.warnings.join()).not.toContain('controllerrevisions');
});

test('with --referrers=oc, revisions are not read', async () => {
  const { document } = await pruneInProcess(scene, { dryRun: true, options: { referrers: 'oc' } });
  expect(isPlanned(document)).toBe(true);
});
