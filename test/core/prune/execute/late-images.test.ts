import type { ChildProcess } from 'node:child_process';
import { RegadmError } from '../../../../src/core/model/errors.js';
import type { FaultAction, KubeObject, RequestInfo, Sandbox } from '../../../../src/sandbox/index.js';
import { missingPartsOf, type PruneDocument } from '../../../support/cluster-checks.js';
import { interrupt } from '../../../support/cli.js';
import { aScene, CONFIRM, prune, pruneInProcess, type Scene } from '../../../support/prune-scene.js';

let scene: Scene;
beforeEach(async () => void (scene = await aScene()));
afterEach(() => scene.sandbox.stop());

/** Runs `act` when the blob of a layer is about to be deleted: the request has passed every recheck. */
function whileDeleting(digest: string, act: (sandbox: Sandbox) => unknown, fault?: FaultAction): void {
  const path = `/admin/blobs/${digest}`;
  let done = false;
  scene.sandbox.onRequest(async (request: RequestInfo) => {
    if (done || request.method !== 'DELETE' || request.path !== path) return undefined;
    done = true;
    await act(scene.sandbox);
    return fault;
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

test('an image that needs a blob whose deletion was not confirmed is a failure, too', async () => {
  const layer = outdated();
  let pushed = '';
  const push = ({ registry }: Sandbox): void =>
    void (pushed = registry.push('late/app', 'v1', { layers: ['outdated'] }).digest);
  // The blob is deleted, but the response is lost. Then the image needs it, so the request is not sent again.
  whileDeleting(layer, push, { do: 'after' });
  const { document } = await pruneInProcess(scene);
  expect(document.blobs).toContainEqual(expect.objectContaining({ digest: layer, status: 'failed' }));
  expect(scene.sandbox.registry.hasBlob(layer)).toBe(false);
  expect(document.failures).toContainEqual({
    target: `image ${pushed}`,
    message: `pushed to late/app:v1 during the run, and needs blob ${layer}, which the run may have deleted: push the image again`,
  });
});

describe('a run that is interrupted', () => {
  const interruption = (): AbortController => new AbortController();
  const signal = new RegadmError('interrupted by SIGTERM', { code: 'INTERRUPTED', exitCode: 143 });

  test.each([true, false])('names such an image (watches allowed: %s)', async (allowed) => {
    if (!allowed) refuseWatches();
    const controller = interruption();
    let pushed = '';
    whileDeleting(outdated(), ({ registry }) => {
      pushed = registry.push('late/app', 'v1', { layers: ['outdated'] }).digest;
      controller.abort(signal);
    });
    const { document } = await pruneInProcess(scene, { signal: controller.signal });
    expect(document.interrupted).toBe(true);
    expect(document.failures.map(({ target }) => target)).toEqual([`image ${pushed}`]);
  });

  test('ends if images cannot be read within a few seconds, and reports it', async () => {
    refuseWatches();
    const controller = interruption();
    whileDeleting(outdated(), ({ onRequest }) => {
      onRequest(({ path }) => (/\/images\?/.test(path) ? { do: 'hang' } : undefined));
      controller.abort(signal);
    });
    const { document } = await pruneInProcess(scene, { signal: controller.signal });
    expect(document.failures).toEqual([
      {
        target: 'the run',
        message:
          'whether images that were pushed during the run need deleted blobs is unknown: not finished within 5 s after the interruption',
        suggestions: [expect.stringContaining('push the images again')],
      },
    ]);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s on the command line: named, with exit status %i', async (name, status) => {
    let child: ChildProcess | undefined;
    let pushed = '';
    whileDeleting(outdated(), async ({ registry }) => {
      pushed = registry.push('late/app', 'v1', { layers: ['outdated'] }).digest;
      await interrupt(child!, name);
    });
    const run = await prune(scene, CONFIRM, { started: (started) => (child = started) });
    expect(run.status).toBe(status);
    const { failures } = JSON.parse(run.stdout) as PruneDocument;
    expect(failures.map(({ target }) => target)).toEqual([`image ${pushed}`]);
  });
});

describe('an image whose object does not state its blobs', () => {
  let image: KubeObject;
  let stream: KubeObject;

  /** Stores the data of an image in the registry; the objects appear while the layer is deleted. */
  function arrives(layers: string[], change: (image: KubeObject) => KubeObject): void {
    const layer = outdated();
    const { store, registry } = scene.sandbox;
    const { digest } = registry.push('late/app', 'v1', { layers });
    image = change(store.get('images', digest)!);
    stream = store.get('imagestreams', 'late', 'app')!;
    store.remove('images', digest);
    store.remove('imagestreams', 'late', 'app');
    whileDeleting(layer, () => {
      store.put('images', image);
      store.put('imagestreams', stream);
    });
  }
  const withoutBlobs = (one: KubeObject): KubeObject => ({
    ...one,
    dockerImageMetadata: undefined,
    dockerImageLayers: null,
  });
  const untyped = { dockerImageManifestMediaType: undefined, dockerImageMetadata: {} };
  const failureOf = ({ failures }: PruneDocument): string | undefined =>
    failures.find(({ target }) => target === `image ${image.metadata.name}`)?.message;

  test('is a failure if its manifest names a deleted blob', async () => {
    arrives(['outdated'], withoutBlobs);
    const { document } = await pruneInProcess(scene);
    expect(failureOf(document)).toMatch(
      /^pushed to late\/app:v1 during the run, and needs blob sha256:.*push the image again$/,
    );
  });

  test.each<[what: string, change: (one: KubeObject) => KubeObject]>([
    ['states a size, but no layers', (one) => ({ ...one, dockerImageLayers: [] })],
    ['has no media type and no layers', (one) => ({ ...one, ...untyped, dockerImageLayers: [] })],
  ])('is a failure, too, if it %s', async (_what, change) => {
    arrives(['outdated'], change);
    const { document } = await pruneInProcess(scene);
    expect(failureOf(document)).toMatch(/and needs blob sha256:.*push the image again$/);
  });

  test('is a failure, too, if the manifest in it names a deleted blob', async () => {
    const layer = outdated();
    const dockerImageManifest = JSON.stringify({ config: { digest: layer }, layers: [{ digest: layer, size: 1 }] });
    arrives(['outdated'], (one) => ({ ...one, dockerImageLayers: [], dockerImageManifest }));
    const { document } = await pruneInProcess(scene, { kubeconfig: scene.sandbox.kubeconfig.pruner });
    expect(failureOf(document)).toMatch(/and needs blob sha256:.*push the image again$/);
  });

  test('is not mentioned if it may state everything, and its manifest cannot be read', async () => {
    arrives(['other'], (one) => ({ ...one, ...untyped }));
    const { document } = await pruneInProcess(scene, { kubeconfig: scene.sandbox.kubeconfig.pruner });
    expect(failureOf(document)).toBeUndefined();
  });

  test('is not mentioned if its manifest names none', async () => {
    arrives(['other'], withoutBlobs);
    const { document } = await pruneInProcess(scene);
    expect(failureOf(document)).toBeUndefined();
  });

  test('cannot be checked by a user who may not pull', async () => {
    arrives(['other'], withoutBlobs);
    const { document } = await pruneInProcess(scene, { kubeconfig: scene.sandbox.kubeconfig.pruner });
    expect(failureOf(document)).toMatch(
      /^pushed to late\/app:v1 during the run, and cannot be checked: .*not allowed to pull\); push the image again$/,
    );
  });
});
