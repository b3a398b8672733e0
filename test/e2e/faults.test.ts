import { missingParts, stateOf, unnamedLosses, untruths, type PruneDocument } from '../support/cluster-checks.js';
import { aScene, CONFIRM, DRY_RUN, prune } from '../support/prune-scene.js';

test('an undisturbed run', async () => {
  const scene = await aScene();
  const before = stateOf(scene.sandbox);
  const dry = await prune(scene, DRY_RUN);
  expect(dry.stderr).toBe('');
  const plan = JSON.parse(dry.stdout) as PruneDocument;
  console.log(plan.summary, scene.sandbox.requests.length);
  const t = Date.now();
  const run = await prune(scene, CONFIRM);
  console.log(Date.now() - t, run.status, run.stderr, scene.sandbox.requests.length);
  const document = JSON.parse(run.stdout) as PruneDocument;
  expect(run.status).toBe(0);
  expect(untruths(document, before, scene.sandbox)).toEqual([]);
  expect(unnamedLosses(before, stateOf(scene.sandbox), plan)).toEqual([]);
  expect(missingParts(scene.sandbox)).toEqual([]);
  expect(stateOf(scene.sandbox).pending).toEqual({});
  await scene.sandbox.stop();
});
