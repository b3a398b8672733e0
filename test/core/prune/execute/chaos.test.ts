import type { FaultAction, Sandbox } from '../../../../src/sandbox/index.js';
import {
  missingPartsOf,
  missingParts,
  stateOf,
  unplannedLosses,
  falseClaims,
} from '../../../support/cluster-checks.js';
import {
  aRunningPod,
  aScene,
  HOST,
  letRunNotice,
  pruneInProcess,
  retag,
  type Scene,
} from '../../../support/prune-scene.js';

/** Number of runs. CHAOS_RUNS=500 tests more, CHAOS_SEED=17 repeats one of them. */
const RUNS = Number(process.env.CHAOS_RUNS ?? 5);
const FIRST = Number(process.env.CHAOS_SEED ?? 1);

/** Returns the same numbers for the same seed: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 7919 + 1;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

const USES: ((sandbox: Sandbox, image: string, key: string, at: number) => void)[] = [
  (sandbox, image, key, at) => sandbox.store.put('pods', aRunningPod(`late/pod-${at}`, `${HOST}/${key}@${image}`)),
  (sandbox, image, _key, at) =>
    sandbox.store.put(
      'pods',
      aRunningPod(`late/runs-${at}`, 'quay.io/some/thing:1', {
        status: { containerStatuses: [{ name: 'main', imageID: image }] },
      }),
    ),
  (sandbox, image, key, at) => retag(sandbox, key, `late-${at}`, image),
  (sandbox, image, key, at) => void sandbox.registry.push(key, `index-${at}`, { manifests: [image] }),
];

/** Changes that other users make meanwhile. */
const EVENTS: ((sandbox: Sandbox, at: number) => void)[] = [
  (sandbox) => sandbox.store.compact(),
  (sandbox, at) => void sandbox.registry.push('shop/api', 'latest', { layers: ['base', `push ${at}`] }),
  (sandbox, at) => void sandbox.registry.push('late/new', `v${at}`, { layers: ['base', 'pair 0', 'outdated'] }),
  (sandbox, at) => {
    const stream = sandbox.store.get('imagestreams', 'shop', 'web')!;
    sandbox.store.put('imagestreams', { ...stream, metadata: { ...stream.metadata, labels: { touched: String(at) } } });
  },
];

const DISTURBANCES: FaultAction[] = [
  { do: 'after' },
  { do: 'after', status: 503 },
  { do: 'reset' },
  { do: 'status', status: 409 },
  { do: 'status', status: 500 },
  { do: 'status', status: 503 },
  { do: 'cut' },
];

const SEEDS = Array.from({ length: RUNS }, (_, at) => FIRST + at);

test.each(SEEDS)('a run with random new uses and failing requests (seed %i)', oneRun);

async function oneRun(seed: number): Promise<void> {
  const random = randomOf(seed);
  const user = seed % 4 === 0 ? 'pruner' : 'admin';
  const scene = await aScene();
  const { sandbox } = scene;
  const before = stateOf(sandbox);
  const plan = (await pruneInProcess(scene, { dryRun: true })).document;
  const used: { image: string; links: boolean }[] = [];
  let calm = false;
  let changes = 0;
  const next = { use: 1 + random(15), fault: 1 + random(15), event: 1 + random(15) };
  sandbox.onRequest(async ({ method, path }): Promise<FaultAction | undefined> => {
    if (calm || !['PUT', 'DELETE', 'GET'].includes(method) || path.includes('reviews') || !planned(path))
      return undefined;
    changes++;
    if (changes === next.use) {
      next.use += 1 + random(40);
      const image = pick(scene, random);
      // An object of a request in flight is already lost.
      if (missingPartsOf(sandbox, image).length === 0 && !partOf(sandbox, image, path)) {
        const links = listed(sandbox, image);
        USES[random(USES.length)]!(sandbox, image, repositoryOf(scene, image), changes);
        used.push({ image, links });
        await letRunNotice(scene);
      }
    }
    // Not while a blob is being deleted: a push at that moment is lost, and the registry rejects it.
    if (changes >= next.event && path.includes('/image')) {
      next.event = changes + 1 + random(20);
      EVENTS[random(EVENTS.length)]!(sandbox, changes);
      await letRunNotice(scene);
    }
    if (changes !== next.fault) return undefined;
    next.fault += 1 + random(12);
    return DISTURBANCES[random(DISTURBANCES.length)];
  });
  const planned = (path: string): boolean =>
    path.includes('/imagestreams/') ||
    [...plan.blobs, ...plan.layerLinks, ...plan.manifestLinks].some(({ digest }) => path.endsWith(digest)) ||
    plan.images.some(({ name }) => path.endsWith(name));
  const registry = { registryUrl: sandbox.registryUrl, forceInsecure: false, workers: 1 };
  const { document } = await pruneInProcess(scene, { request: { registry }, kubeconfig: sandbox.kubeconfig[user] });
  const unused = plan.images.map(({ name }) => name).filter((name) => !used.some(({ image }) => image === name));
  expect(unplannedLosses(before, stateOf(sandbox), plan)).toEqual([]);
  expect(falseClaims(document, before, sandbox)).toEqual([]);
  for (const { image, links } of used)
    expect(missingPartsOf(sandbox, image).filter((part) => links || !part.includes(' link '))).toEqual([]);
  const lost = missingParts(sandbox, unused);
  expect(lost.filter((part) => !part.includes(' link '))).toEqual([]);
  calm = true;
  const again = await pruneInProcess(scene);
  expect(again.document.failures).toEqual([]);
  expect(missingParts(sandbox).filter((part) => !lost.includes(part))).toEqual([]);
  expect(stateOf(sandbox).pending).toEqual({});
  await sandbox.stop();
}

function pick({ web, api, batch, loose, indexes, children }: Scene, random: (below: number) => number): string {
  const all = [
    web[4]!,
    api[3]!,
    api[4]!,
    batch[3]!,
    batch[4]!,
    loose,
    indexes[3]!,
    indexes[4]!,
    ...children[3]!,
    ...children[4]!,
  ];
  return all[random(all.length)]!;
}

function repositoryOf({ web, api, batch, loose }: Scene, image: string): string {
  if (web.includes(image)) return 'shop/web';
  if (api.includes(image)) return 'shop/api';
  return batch.includes(image) || image === loose ? 'ops/batch' : 'multi/tool';
}

function listed(sandbox: Sandbox, image: string): boolean {
  return stateOf(sandbox).items.some((item) => item.endsWith(image));
}

/**
 * Returns whether a request is about a part of an image, of its index or of its children. An update of a stream is
 * about all images that it lists.
 */
function partOf({ store }: Sandbox, image: string, path: string): boolean {
  if (path.endsWith('/status')) return true;
  const object = store.get('images', image) as unknown as {
    dockerImageLayers?: { name: string }[];
    dockerImageMetadata: { Id?: string };
    dockerImageManifests?: { digest: string }[];
  };
  const parts = [image, object.dockerImageMetadata.Id, ...(object.dockerImageLayers ?? []).map(({ name }) => name)];
  return (
    parts.some((part) => part && path.endsWith(part)) ||
    (object.dockerImageManifests ?? []).some(({ digest }) => partOf({ store } as Sandbox, digest, path))
  );
}
