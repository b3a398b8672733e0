import { checkPrune, type DemoResult, type PruneDocument } from '../../../src/sandbox/demo/checks.js';
import { startSandbox, type PushedImage, type Sandbox } from '../../../src/sandbox/index.js';
import { measureSpace } from '../../../src/sandbox/registry/space.js';
import { registryRequest } from '../../support/sandbox-client.js';

/** The demonstration must notice every number that is wrong: here one image is pruned by hand, and the report is falsified. */
describe("the demonstration's checks", () => {
  let sandbox: Sandbox;
  let result: DemoResult;
  let kept: PushedImage;

  beforeEach(async () => {
    sandbox = await startSandbox({ cluster: {}, storage: 'files' });
    kept = sandbox.registry.push('dev/app', 'latest', { layers: ['shared', 'new'] });
    const doomed = sandbox.registry.push('dev/app', undefined, { layers: ['shared', 'old layer'] });
    const before = measureSpace(sandbox.storageDir);
    const images = sandbox.store.list('images').map((image) => image.metadata.name);
    const digests = [doomed.layers[1]!, doomed.config, doomed.digest];
    for (const digest of digests)
      await registryRequest(sandbox, 'DELETE', `/admin/blobs/${digest}`, { token: sandbox.tokens.admin });
    sandbox.store.remove('images', doomed.digest);
    const sizes = digests.map((digest) => before.blobs.get(digest)!);
    const blobs = digests.map((digest, at) => ({
      digest,
      status: 'deleted',
      ...(digest === doomed.digest ? {} : { bytes: sizes[at] }),
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
    const done: PruneDocument = { summary, blobs, images: [{ name: doomed.digest, status: 'deleted' }] };
    const again: PruneDocument = { summary: { ...summary, images: 0 }, blobs: [], images: [] };
    result = { planned: done, done, again, before, after: measureSpace(sandbox.storageDir), images, sandbox };
  });
  afterEach(() => sandbox.stop());

  test('find nothing when all is as reported', () => {
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
      'bytes that are not on the disk',
      () => ({ planned: wrong({ bytes: 5 }), done: wrong({ bytes: 5 }) }),
      /5 bytes reported/,
    ],
    [
      'an image that did not go',
      () => ({ planned: wrong({ images: 2 }), done: wrong({ images: 2 }) }),
      /2 images reported as deleted, 1 no longer exist/,
    ],
    ['nothing at all', () => ({ planned: wrong({ images: 0 }), done: wrong({ images: 0 }) }), /nothing was pruned/],
    ['a failure', () => ({ planned: wrong({ failed: 1 }), done: wrong({ failed: 1 }) }), /1 deletions failed/],
    ['a rest', () => ({ again: result.done }), /another run would delete 1 images/],
    [
      'a blob that was not reported',
      () => ({ done: { ...result.done, blobs: result.done.blobs.slice(1) } }),
      /no longer exists, but was not reported/,
    ],
  ])('find %s', (_name, change, words) => {
    expect(checkPrune({ ...result, ...change() }).join('; ')).toMatch(words);
  });

  test('find an image that lost a blob', async () => {
    await registryRequest(sandbox, 'DELETE', `/admin/blobs/${kept.layers[0]}`, { token: sandbox.tokens.admin });
    expect(checkPrune(result).join('; ')).toMatch(/lacks blob/);
  });
});
