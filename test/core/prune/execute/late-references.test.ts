import type { PruneOptions } from '../../../../src/core/graph/options.js';
import type { RequestInfo } from '../../../../src/sandbox/index.js';
import { stateOf } from '../../../support/cluster-checks.js';
import { aRunningPod, aScene, HOST, letRunNotice, pruneInProcess, type Scene } from '../../../support/prune-scene.js';

let scene: Scene;

beforeEach(async () => void (scene = await aScene()));
afterEach(() => scene.sandbox.stop());

/** A request before which something happens. */
interface Moment {
  method: string;
  path: string;
  /** Number of matching requests before it. */
  after: number;
}

/** The preflight asks the registry to delete a blob that does not exist. */
const PROBE: Moment = { method: 'DELETE', path: '/admin/blobs/', after: 0 };
const BLOB: Moment = { ...PROBE, after: 1 };
const UPDATE: Moment = { method: 'PUT', path: '/imagestreams/', after: 1 };

function during({ method, path, after }: Moment, create: () => void): void {
  let requests = 0;
  scene.sandbox.onRequest(async (request: RequestInfo) => {
    if (request.method !== method || !request.path.includes(path) || requests++ !== after) return;
    create();
    await letRunNotice(scene);
  });
}

function prune(options: Partial<PruneOptions> = {}): ReturnType<typeof pruneInProcess> {
  const registry = { registryUrl: scene.sandbox.registryUrl, forceInsecure: false, workers: 1 };
  return pruneInProcess(scene, { options, request: { registry } });
}

const invalidPod = (): void =>
  void scene.sandbox.store.put('pods', aRunningPod('late/pod', `${HOST}/Shop/Web\u202e:1`));

const INVALID = `pod/pod namespace=late: container main: "${HOST}/Shop/Web\u202e:1": invalid image reference`;

/** Creates a deployment whose trigger annotation is cut off. */
function brokenTriggers(): void {
  const { metadata, spec } = aRunningPod('late/web', 'quay.io/elsewhere:1');
  const annotations = { 'image.openshift.io/triggers': '[{"from":{"kind":"ImageStreamTag","name":"web:la' };
  scene.sandbox.store.put('deployments', { metadata: { ...metadata, annotations }, spec: { template: { spec } } });
}

const BROKEN = 'deployment/web namespace=late: annotation image.openshift.io/triggers: "[{';

test('a run that an invalid reference ends names it once, and says what to do', async () => {
  during(BLOB, invalidPod);
  const { document, warnings } = await prune();
  expect(document.warnings).toEqual([expect.stringContaining(INVALID)]);
  expect(warnings).toEqual(document.warnings);
  expect(document.invalidReferences).toEqual([
    expect.objectContaining({ referrer: { kind: 'Pod', namespace: 'late', name: 'pod' }, field: 'container main' }),
  ]);
  expect(document.failures.filter(({ target }) => target === 'the run')).toEqual([
    {
      target: 'the run',
      message: expect.stringContaining('a reference that cannot be parsed has appeared'),
      suggestions: [expect.stringContaining('--ignore-invalid-refs')],
    },
  ]);
});

test('with --ignore-invalid-refs, an invalid reference that appears is named once', async () => {
  during(BLOB, invalidPod);
  const { document, warnings } = await prune({ ignoreInvalidRefs: true });
  expect(warnings).toEqual([expect.stringContaining(INVALID)]);
  expect(document.warnings).toEqual(warnings);
  expect(document.failures).toEqual([]);
});

test('a trigger annotation that cannot be read and appears is named once, and keeps what it may mean', async () => {
  during(UPDATE, brokenTriggers);
  const { document, warnings } = await prune();
  expect(warnings).toEqual([expect.stringContaining(BROKEN)]);
  expect(document.warnings).toEqual(warnings);
  expect(document.invalidReferences).toHaveLength(1);
});

test('what the plan has reported is not named again', async () => {
  brokenTriggers();
  during(BLOB, () => void scene.sandbox.store.put('pods', aRunningPod('late/other', 'quay.io/elsewhere:2')));
  const { warnings } = await prune();
  expect(warnings).toEqual([expect.stringContaining(BROKEN)]);
});

test('if nothing was changed, the error lists the references, and no warning repeats them', async () => {
  const before = stateOf(scene.sandbox);
  during(PROBE, () => {
    invalidPod();
    brokenTriggers();
  });
  const error: unknown = await prune({ keepTagRevisions: 9 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'INVALID_REFERENCES',
    invalidReferences: [{ referrer: { kind: 'Pod', namespace: 'late', name: 'pod' } }],
  });
  expect(stateOf(scene.sandbox)).toEqual(before);
});
