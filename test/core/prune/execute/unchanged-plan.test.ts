import { getEventListeners, setMaxListeners } from 'node:events';
import { openCluster } from '../../../../src/core/cluster/index.js';
import { SILENT } from '../../../../src/core/kit/reporter.js';
import { execute } from '../../../../src/core/prune/execute/execute.js';
import { gather } from '../../../../src/core/prune/gather/gather.js';
import { CONFIRMED, toPrunePorts, type ImagePruneRequest } from '../../../../src/core/prune/index.js';
import { planImagePrune } from '../../../../src/core/prune/plan/plan.js';
import { startRun } from '../../../../src/core/deletion/run-context.js';
import { pruneOptions } from '../../../support/builders.js';
import { aRunningPod, aScene, HOST, retag, type Scene } from '../../../support/prune-scene.js';

let scene: Scene;
beforeEach(async () => {
  scene = await aScene();
});
afterEach(() => scene.sandbox.stop());

/** Changes the cluster in every way that a run notices. */
function disturb(): void {
  const { store, registry } = scene.sandbox;
  store.put('pods', aRunningPod('late/pod', `${HOST}/ops/batch@${scene.batch[4]}`));
  retag(scene.sandbox, 'shop/web', 'late', scene.web[5]!);
  registry.push('late/app', 'latest', { layers: ['base', 'a new layer'], config: { author: 'late' } });
  registry.push('ops/batch', undefined, { manifests: [scene.batch[3]!] });
  store.remove('imagestreams', 'multi', 'tool');
}

test('an execution changes neither the plan nor its snapshot, and leaves no listener behind', async () => {
  const { sandbox, clock } = scene;
  const api = await openCluster({ kubeconfig: sandbox.kubeconfig.admin });
  const request: ImagePruneRequest = {
    options: pruneOptions(),
    keepYoungerThan: '60m',
    registry: { registryUrl: sandbox.registryUrl, forceInsecure: false, workers: 1 },
    preflight: false,
    policy: CONFIRMED,
  };
  const { signal } = new AbortController();
  // Many requests run at the same time, and each listens to it.
  setMaxListeners(0, signal);
  const ports = { ...toPrunePorts(api), clock: clock.now };
  const gathered = await gather(ports, request, undefined, startRun(SILENT, signal));
  const plan = planImagePrune(gathered.evidence, request.options);
  const before = dataOf(plan);
  let disturbed = false;
  sandbox.onRequest(({ method, path }) => {
    if (disturbed || method !== 'DELETE' || !path.startsWith('/v2/')) return;
    disturbed = true;
    disturb();
  });
  const { outcome } = await execute(plan, ports, { gathered, workers: 1, reporter: SILENT, signal });
  await api.close();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(disturbed).toBe(true);
  expect(outcome.imageNotes.size).toBeGreaterThan(0);
  expect(dataOf(plan)).toEqual(before);
});

/** Copies the data of a value, down to the elements of typed arrays. Functions hold no data here. */
function dataOf(value: unknown): unknown {
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return [...(value as Uint8Array)];
  if (value instanceof Map) return [...value].map(dataOf);
  if (value instanceof Set) return [...value].map(dataOf);
  if (Array.isArray(value)) return value.map(dataOf);
  // `scratch` is working memory of a table of digests, without data between two calls.
  const entries = Object.entries(value).filter(([key]) => key !== 'scratch');
  return Object.fromEntries(entries.map(([key, entry]) => [key, dataOf(entry)]));
}
