import { checkPrune, type DemoResult, type PruneDocument } from '../../../src/sandbox/demo/checks.js';
import { startSandbox, type PushedImage, type Sandbox } from '../../../src/sandbox/index.js';
import { measureSpace } from '../../../src/sandbox/registry/space.js';
import { registryRequest } from '../../support/sandbox-client.js';

/** The demonstration must notice every wrong number: the tests prune one image by hand and falsify the report. */
describe('checks of the demonstration', () => {
  let sandbox: Sandbox;
  let result: DemoResult;
  let kept: PushedImage;

  beforeEach(async () => {
    sandbox = await startSandbox({ cluster: {}, storage: 'files' });
    kept = sandbox.registry.push('dev/app', 'latest', { layers: ['shared', 'new'] });
    const pruned = sandbox.registry.push('dev/app', undefined, { layers: ['shared', 'old layer'] });
    const before = measureSpace(sandbox.storageDir);
    const images = sandbox.store.list('images').map((image) => image.metadata.name);
    const digests = [pruned.layers[1]!, pruned.config, pruned.digest];
    for (const digest of digests)
      await registryRequest(sandbox, 'DELETE', `/admin/blobs/${digest}`, { token: sandbox.tokens.admin });
    sandbox.store.remove('images', pruned.digest);
    const sizes = digests.map((digest) => before.blobs.get(digest)!);
    const blobs = digests.map((digest, at) => ({
      digest,
      status: 'deleted',
      ...(digest === pruned.digest ? {} : { bytes: sizes[at] }),
    }));
    const summary = {
      images: 1,
      imageStreams: 0,
      imageStreamTagItems: 0,
      layerLinks: 0,
      manifestLinks: 0,
      blobs: 3,
      bytes: sizes[0]! + sizes[1]!,
      failed: 0,
    };
    const done: PruneDocument = { summary, blobs, images: [{ name: pruned.digest, status: 'deleted' }] };
    const again: PruneDocument = { summary: { ...summary, images: 0 }, blobs: [], images: [] };
    result = { planned: done, done, again, before, after: measureSpace(sandbox.storageDir), images, sandbox };
  });
  afterEach(() => sandbox.stop());

  test('find nothing if the report is correct', () => {
    expect(checkPrune(result)).toEqual([]);
  });

  const wrong = (change: Partial<PruneDocument['summary']>): PruneDocument => ({
    ...result.done,
    summary: { ...result.done.summary, ...change },
  });

  test.each<[string, () => Partial<DemoResult>, RegExp]>([
    [
      'a count that differs from the plan',
      () => ({ planned: wrong({ layerLinks: 2 }) }),
      /layerLinks: 2 planned, 0 done/,
    ],
    [
      'bytes that were not freed',
      () => ({ planned: wrong({ bytes: 5 }), done: wrong({ bytes: 5 }) }),
      /5 bytes reported/,
    ],
    [
      'an image that was not deleted',
      () => ({ planned: wrong({ images: 2 }), done: wrong({ images: 2 }) }),
      /2 images reported as deleted, 1 no longer exist/,
    ],
    ['an empty prune', () => ({ planned: wrong({ images: 0 }), done: wrong({ images: 0 }) }), /nothing was pruned/],
    ['a failure', () => ({ planned: wrong({ failed: 1 }), done: wrong({ failed: 1 }) }), /1 deletions failed/],
    ['an image that is left', () => ({ again: result.done }), /another run would delete 1 images/],
    [
      'a blob that was not reported',
      () => ({ done: { ...result.done, blobs: result.done.blobs.slice(1) } }),
      /no longer exists, but was not reported/,
    ],
  ])('find %s', (_name, change, words) => {
    expect(checkPrune({ ...result, ...change() }).join('; ')).toMatch(words);
  });

  test('find an image that lacks a blob', async () => {
    await registryRequest(sandbox, 'DELETE', `/admin/blobs/${kept.layers[0]}`, { token: sandbox.tokens.admin });
    expect(checkPrune(result).join('; ')).toMatch(/lacks blob/);
  });
});
