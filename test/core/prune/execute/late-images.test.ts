import type { RequestInfo, Sandbox } from '../../../../src/sandbox/index.js';
import { missingPartsOf } from '../../../support/cluster-checks.js';
import { aScene, CONFIRM, prune, pruneInProcess, type Scene } from '../../../support/prune-scene.js';

let scene: Scene;
beforeEach(async () => void (scene = await aScene()));
afterEach(() => scene.sandbox.stop());

/** Runs `act` when the blob of a layer is about to be deleted: the request has passed every recheck. */
function whileDeleting(digest: string, act: (sandbox: Sandbox) => void): void {
  const path = `/admin/blobs/${digest}`;
  let done = false;
  scene.sandbox.onRequest(async (request: RequestInfo) => {
    if (done || request.method !== 'DELETE' || request.path !== path) return;
    done = true;
    act(scene.sandbox);
  });
}

/** Returns the digest of the layer `outdated`, which only images have that are deleted. */
function outdated(): string {
  const { dockerImageLayers: layers } = scene.sandbox.store.get('images', scene.loose) as unknown as {
    dockerImageLayers: { name: string }[];
  };
  return layers.at(-1)!.name;
}

/** Forbids all watches, as a role without the verb does. */
function refuseWatches(): void {
  scene.sandbox.onRequest(async ({ path }: RequestInfo) =>
    path.includes('watch=true') ? { do: 'status', status: 403 } : undefined,
  );
}

describe.each(['admin', 'pruner'] as const)('for the %s', (user) => {
  test('an image whose layer was deleted while it was pushed is a failure that names both', async () => {
    const layer = outdated();
    let pushed = '';
    whileDeleting(layer, ({ registry }) => (pushed = registry.push('late/app', 'v1', { layers: ['outdated'] }).digest));
    const { document } = await pruneInProcess(scene, { kubeconfig: scene.sandbox.kubeconfig[user] });
    expect(missingPartsOf(scene.sandbox, pushed)).not.toEqual([]);
    expect(document.failures).toContainEqual({
      target: `image ${pushed}`,
      message: `pushed to late/app:v1 during the run, and needs blob ${layer}, which the run has deleted: push the image again`,
    });
    expect(document.summary.failed).toBe(document.failures.length);
  });

  test('an image that needs nothing that was deleted is not mentioned', async () => {
    whileDeleting(outdated(), ({ registry }) => void registry.push('late/app', 'v1', { layers: ['base', 'other'] }));
    const { document } = await pruneInProcess(scene, { kubeconfig: scene.sandbox.kubeconfig[user] });
    expect(document.failures).toEqual([]);
  });
});

test('without watches, images are listed again at the end', async () => {
  refuseWatches();
  let pushed = '';
  whileDeleting(
    outdated(),
    ({ registry }) => (pushed = registry.push('late/app', 'v1', { layers: ['outdated'] }).digest),
  );
  const { document } = await pruneInProcess(scene);
  expect(document.failures.map(({ target }) => target)).toEqual([`image ${pushed}`]);
});

test('an index that was pushed meanwhile needs the blobs of its children', async () => {
  const layer = outdated();
  const child = scene.loose;
  let index = '';
  whileDeleting(layer, ({ registry }) => (index = registry.push('ops/batch', 'multi', { manifests: [child] }).digest));
  const { document } = await pruneInProcess(scene);
  expect(document.failures.map(({ target }) => target)).toContain(`image ${index}`);
});

test('on the command line, the exit status is 3', async () => {
  let pushed = '';
  whileDeleting(
    outdated(),
    ({ registry }) => (pushed = registry.push('late/app', 'v1', { layers: ['outdated'] }).digest),
  );
  const { status, stdout } = await prune(scene, CONFIRM.slice(0, -2));
  const text = stdout.replace(/\s+/g, ' ');
  expect([status, text]).toEqual([3, expect.stringContaining(`image ${pushed}`)]);
  expect(text).toContain('pushed to late/app:v1 during the run');
  expect(text).toContain('push the image again');
});
