import { aScene, HOST, letRunNotice, pruneInProcess, type Scene } from '../../../support/prune-scene.js';

let scene: Scene;

beforeEach(async () => (scene = await aScene()));
afterEach(() => scene.sandbox.stop());

/** Returns the kubeconfig of a user with the role of pruners, who may also use these verbs on Knative revisions. */
function allowed(verbs: string[]): string {
  const pruner = scene.sandbox.store.get('clusterroles', 'system:image-pruner') as unknown as { rules: [] };
  const revisions = { apiGroups: ['serving.knative.dev'], resources: ['revisions'], verbs };
  return scene.sandbox.addUser('operator', [...pruner.rules, revisions]).kubeconfig;
}

/** Creates a Knative revision as soon as the run reads the stream to update it. */
async function pruneWithLateRevision(options: Parameters<typeof pruneInProcess>[1]): Promise<string | undefined> {
  const image = scene.web[4]!;
  let isCreated = false;
  scene.sandbox.onRequest(async ({ method, path }) => {
    if (isCreated || method !== 'GET' || !path.endsWith('/imagestreams/web')) return;
    isCreated = true;
    scene.sandbox.store.put('revisions.serving.knative.dev', {
      metadata: { name: 'late', namespace: 'elsewhere' },
      spec: { containers: [{ name: 'user-container', image: `${HOST}/shop/web@${image}` }] },
    });
    await letRunNotice(scene);
  });
  const { document } = await pruneInProcess(scene, options);
  expect(isCreated).toBe(true);
  expect(scene.sandbox.store.get('images', image)).toBeDefined();
  return document.images.find(({ name }) => name === image)?.status;
}

test.each([
  ['watches', ['list', 'watch']],
  ['lists again', ['list']],
])('a run that %s Knative revisions keeps the image of a new one', async (_, verbs) => {
  expect(await pruneWithLateRevision({ kubeconfig: allowed(verbs) })).toBe('skipped');
});

test('with --referrers=all, the image fields of a new revision count, too', async () => {
  expect(await pruneWithLateRevision({ options: { referrers: 'all' } })).toBe('skipped');
});
