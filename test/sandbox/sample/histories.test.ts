import { startSandbox, type KubeObject, type Sandbox } from '../../../src/sandbox/index.js';

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox({ sample: true, storage: 'none' })));
afterAll(() => sandbox.stop());

const ofConfig = (name: string, phase: RegExp): KubeObject[] =>
  sandbox.store
    .list('builds', 'ci')
    .filter(({ status }) => (status?.config as { name: string }).name === name && phase.test(String(status?.phase)));

/** Lists the objects of a Deployment or DeploymentConfig that run no pods. */
const idle = (resource: string, phase: string | undefined): KubeObject[] =>
  sandbox.store
    .list(resource, 'ci')
    .filter(
      ({ spec, metadata }) => spec?.replicas === 0 && metadata.annotations?.['openshift.io/deployment.phase'] === phase,
    );

const age = ({ metadata }: KubeObject): number => Date.parse(metadata.creationTimestamp!);

test('the sample has more builds than prune builds keeps, a running one and an orphan', () => {
  expect(sandbox.store.get('buildconfigs', 'ci', 'frontend')).toBeDefined();
  expect(sandbox.store.get('buildconfigs', 'ci', 'storefront')).toBeUndefined();
  expect(ofConfig('frontend', /Complete/).length).toBeGreaterThan(5);
  expect(ofConfig('frontend', /Failed|Error/).length).toBeGreaterThan(1);
  expect(ofConfig('frontend', /Running/)).toHaveLength(1);
  expect(ofConfig('storefront', /Complete/)).toHaveLength(1);
});

test.each([
  ['replicationcontrollers', 'deploymentconfigs', 'runner', 'Complete', 5],
  ['replicationcontrollers', 'deploymentconfigs', 'runner', 'Failed', 1],
  ['replicasets', 'deployments', 'agent', undefined, 5],
])('the sample has more %s than prune deployments keeps', (resource, owners, name, phase, kept) => {
  const owner = sandbox.store.get(owners, 'ci', name)!;
  const objects = idle(resource, phase);
  expect(objects.length).toBeGreaterThan(kept);
  for (const { metadata, status } of objects) {
    expect(metadata.ownerReferences).toMatchObject([{ name, uid: owner.metadata.uid, controller: true }]);
    expect(status).toEqual({ replicas: 0 });
  }
});

test.each([
  ['builds', 'builder'],
  ['replicationcontrollers', 'runner'],
  ['replicasets', 'runner'],
])('only an old object among the %s keeps an image', (resource, stream) => {
  const objects = sandbox.store.list(resource, 'ci').sort((a, b) => age(b) - age(a));
  const { tags } = sandbox.store.get('imagestreams', 'ci', stream)!.status as {
    tags: { items: { image: string }[] }[];
  };
  const all = [
    'builds',
    'buildconfigs',
    'replicationcontrollers',
    'replicasets',
    'deployments',
    'deploymentconfigs',
    'pods',
  ];
  const users = (image: string): KubeObject[] =>
    all.flatMap((kind) => sandbox.store.list(kind)).filter((object) => JSON.stringify(object).includes(image));
  const old = tags[0]!.items.slice(3).map(({ image }) => users(image));
  const [only] = old
    .flatMap((found) => (found.length === 1 ? found : []))
    .filter((object) => objects.some(({ metadata }) => metadata.uid === object.metadata.uid));
  const newer = objects.filter((object) => age(object) > age(only!));
  expect(newer.length).toBeGreaterThan(5);
});
