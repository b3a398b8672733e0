import type { FaultAction, RequestInfo } from '../../../../src/sandbox/index.js';
import { stateOf } from '../../../support/cluster-checks.js';
import { aRunningPod, aScene, HOST, pruneInProcess, type Scene } from '../../../support/prune-scene.js';

let scene: Scene;

beforeEach(async () => {
  scene = await aScene();
  // If more than a quarter of a list has changed, it is read whole.
  for (let at = 0; at < 8; at++) scene.sandbox.store.put('pods', aRunningPod(`ops/early-${at}`, 'quay.io/elsewhere:1'));
});
afterEach(() => scene.sandbox.stop());

interface Metadata {
  kind: string;
  metadata: { resourceVersion: string };
  items: { metadata: { name: string; resourceVersion?: string } }[];
}

const METADATA = 'PartialObjectMetadataList';
const refusal = (code: number): FaultAction => ({
  do: 'respond',
  status: code,
  body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code }),
});
/** Changes lists of metadata, and no others. */
const changed = (change: (list: Metadata) => void): FaultAction => ({
  do: 'rewrite',
  change: (body) => {
    const list = JSON.parse(body) as Metadata;
    if (list.kind === METADATA) change(list);
    return JSON.stringify(list);
  },
});
const withoutLate = (list: Metadata): void =>
  void (list.items = list.items.filter(({ metadata }) => metadata.name !== 'late'));

/** What a server can answer to a request for metadata. */
const ANSWERS: Record<string, FaultAction | undefined> = {
  'the metadata': undefined,
  '406 Not Acceptable': refusal(406),
  '410 Gone': refusal(410),
  '403 Forbidden': refusal(403),
  'another kind': changed((list) => void (list.kind = 'PodList')),
  'an older list, without the pod': changed((list) => {
    list.metadata.resourceVersion = '1';
    withoutLate(list);
  }),
  'a list without a version, without the pod': changed((list) => {
    list.metadata.resourceVersion = '';
    withoutLate(list);
  }),
  'objects without versions': changed((list) => list.items.forEach(({ metadata }) => delete metadata.resourceVersion)),
  'the new pod with a version of before the first list': changed((list) => {
    for (const { metadata } of list.items) if (metadata.name === 'late') metadata.resourceVersion = '1';
  }),
  'objects that are newer than their list': changed((list) =>
    list.items.forEach(({ metadata }) => void (metadata.resourceVersion = '999999999')),
  ),
};

const isPods = ({ method, path }: RequestInfo): boolean => method === 'GET' && /\/pods\?/.test(path);

/** A pod starts to use an image after the first lists. A user who may not watch pods sees it only by listing them. */
async function pruneWhileUsed(answer: (request: RequestInfo) => FaultAction | undefined) {
  const image = scene.web[4]!;
  let isUsed = false;
  scene.sandbox.onRequest((request) => {
    if (!isUsed && request.method === 'GET' && request.path.endsWith('/imagestreams/web')) {
      isUsed = true;
      scene.sandbox.store.put('pods', aRunningPod('ops/late', `${HOST}/shop/web@${image}`));
      scene.clock.advance(60_000);
    }
    return isUsed && isPods(request) ? answer(request) : undefined;
  });
  const { kubeconfig } = scene.sandbox;
  const { document } = await pruneInProcess(scene, { kubeconfig: kubeconfig.pruner });
  return document.images.find(({ name }) => name === image);
}

test.each(Object.entries(ANSWERS))('the image of a new pod is kept if the server sends %s', async (_what, answer) => {
  let told = 0;
  const found = await pruneWhileUsed(() => (told++ === 0 ? answer : undefined));
  expect(told).toBeGreaterThan(0);
  expect(found).toMatchObject({ status: 'skipped' });
});

test.each([
  ['pods', isPods],
  ['imagestreams', ({ method, path }: RequestInfo) => method === 'GET' && /\/imagestreams\?/.test(path)],
] as const)('nothing is deleted if a list of %s is older than the first one', async (resource, isList) => {
  const before = stateOf(scene.sandbox);
  const { resourceVersion } = scene.sandbox.store.list('pods')[0]!.metadata;
  const metadata = { resourceVersion: String(Number(resourceVersion) - 1) };
  const older = (body: string): string => JSON.stringify({ ...(JSON.parse(body) as object), metadata });
  let lists = 0;
  scene.sandbox.onRequest((request) => {
    const isLater = isList(request) && lists++ > 0;
    return isLater ? { do: 'rewrite', change: older } : undefined;
  });
  await expect(pruneInProcess(scene, { kubeconfig: scene.sandbox.kubeconfig.pruner })).rejects.toMatchObject({
    code: 'LIST_INCONSISTENT',
    message: expect.stringMatching(`^cannot list ${resource}.*: its version \\d+ is older than \\d+`) as string,
  });
  expect(stateOf(scene.sandbox)).toEqual(before);
});

/** The requests that read the late pod alone. */
const alone = (): string[] =>
  scene.sandbox.requests.map(({ path }) => path).filter((path) => /fieldSelector=metadata\.name(=|%3D)late/.test(path));

test('only the pod that has changed is read whole', async () => {
  expect(await pruneWhileUsed(() => undefined)).toMatchObject({ status: 'skipped' });
  expect(alone()).toHaveLength(1);
});

test('all pods are read whole if the one that has changed is changed again meanwhile', async () => {
  const found = await pruneWhileUsed(({ path }) =>
    path.includes('fieldSelector')
      ? { do: 'rewrite', change: (body) => body.replaceAll(/"resourceVersion":"\d+"/g, '"resourceVersion":"1"') }
      : undefined,
  );
  expect(found).toMatchObject({ status: 'skipped' });
  expect(alone()).toHaveLength(1);
});
