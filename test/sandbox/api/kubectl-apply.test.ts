import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { requires } from '../../support/jest/requires.js';
import { runKubectl } from '../../support/kubectl.js';

interface Container {
  name: string;
  image: string;
  args?: string[];
}

const container = (name: string, image = 'x:1'): Container => ({ name, image, args: ['a', 'b'] });

function cronJob(...containers: Container[]): object {
  const spec = { restartPolicy: 'Never', containers, tolerations: [{ key: 'infra' }] };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly', namespace: 'dev' },
    spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec } } } },
  };
}

const RBAC = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'nightly' } };
const role = (verb: string): object => ({
  ...RBAC,
  kind: 'ClusterRole',
  rules: [{ apiGroups: ['build.openshift.io'], resources: ['builds'], verbs: [verb] }],
});
const binding = (account: string): object => ({
  ...RBAC,
  kind: 'ClusterRoleBinding',
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'nightly' },
  subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'dev' }],
});
const policy = (port: number): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'nightly', namespace: 'dev' },
  spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port }] }] },
});
const rule = (name: string): object => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'nightly', namespace: 'dev' },
  spec: { groups: [{ name, rules: [{ alert: 'Late', expr: 'up == 0' }] }] },
});
const tagged = (tag: string): object => ({
  apiVersion: 'image.openshift.io/v1',
  kind: 'ImageStream',
  metadata: { name: 'nightly', namespace: 'dev' },
  spec: { tags: [{ name: tag }] },
});

requires('kubectl').describe('kubectl', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ cluster: {} });
  });
  afterEach(() => sandbox.stop());

  const kubectl = (...args: (string | { input: string })[]): ReturnType<typeof runKubectl> =>
    runKubectl(sandbox, 'admin', args);
  const send = (verb: string, object: object): ReturnType<typeof runKubectl> =>
    kubectl(verb, '-f', '-', { input: JSON.stringify(object) });
  const stored = (resource: string): object =>
    (sandbox.store.get(resource, 'dev', 'nightly') ?? sandbox.store.get(resource, 'nightly'))!;

  function podSpec(): { containers: Container[]; nodeSelector?: object } {
    const { spec } = stored('cronjobs') as { spec: Record<string, Record<string, Record<string, object>>> };
    return (spec.jobTemplate!.spec!.template as { spec: { containers: Container[] } }).spec;
  }

  test.each([
    ['CronJob', 'cronjobs', cronJob(container('main')), cronJob(container('main', 'x:2'))],
    [
      'CronJob with a container more',
      'cronjobs',
      cronJob(container('main')),
      cronJob(container('a'), container('main')),
    ],
    ['ClusterRole', 'clusterroles', role('list'), role('get')],
    ['ClusterRoleBinding', 'clusterrolebindings', binding('a'), binding('b')],
    ['NetworkPolicy', 'networkpolicies', policy(53), policy(443)],
    ['PrometheusRule', 'prometheusrules', rule('a'), rule('b')],
    ['ImageStream', 'imagestreams', tagged('a'), tagged('b')],
  ])('apply updates a %s', async (_, resource, before, after) => {
    for (const created of ['apply', 'create']) {
      expect(await send(created, before)).toMatchObject({
        status: 0,
        out: expect.stringContaining('created') as string,
      });
      const changed = await send('apply', after);
      expect([changed.status, changed.out]).toEqual([0, expect.stringMatching(/ configured\n$/)]);
      const { apiVersion: _version, kind: _kind, metadata: _metadata, ...content } = after as Record<string, unknown>;
      expect(stored(resource)).toMatchObject(content);
      expect(JSON.stringify({ ...stored(resource), metadata: {} })).not.toContain('"$');
      expect((await send('apply', after)).out).toMatch(/ unchanged\n$/);
      expect((await send('delete', after)).status).toBe(0);
    }
  });

  test('apply removes what it has set before', async () => {
    await send('apply', cronJob(container('a'), container('main')));
    expect((await send('apply', cronJob(container('main')))).status).toBe(0);
    expect(podSpec().containers).toEqual([container('main')]);
  });

  test('replace updates an object', async () => {
    await send('create', cronJob(container('main')));
    expect(await send('replace', cronJob(container('main', 'x:2')))).toMatchObject({ status: 0, error: '' });
    expect(podSpec().containers).toEqual([container('main', 'x:2')]);
  });

  test('set image changes one container', async () => {
    await send('create', cronJob(container('main'), container('other')));
    const { error, out } = await kubectl('set', 'image', '-n', 'dev', 'cronjob/nightly', 'other=x:2');
    expect([error, out]).toEqual(['', 'cronjob.batch/nightly image updated\n']);
    expect(podSpec().containers).toEqual([container('main'), container('other', 'x:2')]);
  });

  test('label and annotate change built-in kinds and custom resources', async () => {
    for (const object of [cronJob(container('main')), policy(53), rule('a')]) await send('create', object);
    for (const name of ['cronjob', 'networkpolicy', 'prometheusrule']) {
      expect((await kubectl('label', '-n', 'dev', name, 'nightly', 'a=b')).error).toBe('');
      expect((await kubectl('annotate', '-n', 'dev', name, 'nightly', 'c=d')).error).toBe('');
    }
    for (const resource of ['cronjobs', 'networkpolicies', 'prometheusrules'])
      expect(stored(resource)).toMatchObject({ metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } });
  });

  test.each([{}, { old: 'value' }])('patch executes the directive $patch on %j', async (nodeSelector) => {
    await send('create', cronJob(container('main')));
    const patch = (change: object): ReturnType<typeof runKubectl> => {
      const spec = { jobTemplate: { spec: { template: { spec: change } } } };
      return kubectl('patch', 'cronjob', 'nightly', '-n', 'dev', '-p', JSON.stringify({ spec }));
    };
    await patch({ nodeSelector });
    expect(await patch({ nodeSelector: { $patch: 'replace', a: 'b' } })).toMatchObject({ status: 0, error: '' });
    expect(podSpec().nodeSelector).toEqual({ a: 'b' });
    const affinity = { $patch: 'replace', nodeAffinity: {} };
    expect(await patch({ affinity })).toMatchObject({ status: 0, error: '' });
    expect(podSpec()).toMatchObject({ affinity: { nodeAffinity: {} } });
  });

  test('a strategic merge patch of a custom resource is refused', async () => {
    await send('create', rule('a'));
    const { error, status } = await kubectl('patch', 'prometheusrule', 'nightly', '-n', 'dev', '-p', '{"spec":{}}');
    expect([status, error]).toEqual([1, expect.stringContaining('application/strategic-merge-patch+json')]);
  });

  test('a patch that contradicts itself is refused and changes nothing', async () => {
    await send('create', cronJob(container('main')));
    const patch = '{"spec":{"$patch":"other"}}';
    const { error, status } = await kubectl('patch', 'cronjob', 'nightly', '-n', 'dev', '-p', patch);
    expect([status, error]).toEqual([1, expect.stringContaining('unknown patch type: other')]);
    expect(podSpec().containers).toEqual([container('main')]);
  });
});
