import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { requires } from '../../support/jest/requires.js';
import { runKubectl } from '../../support/kubectl.js';
import { send } from '../../support/sandbox-client.js';

let sandbox: Sandbox;
beforeAll(async () => {
  const template = {
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'main',
          image: 'x:1',
          command: ['sh', '-c'],
          env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'map', key: 'a' } } }],
          resources: { limits: { memory: '1Gi' } },
          livenessProbe: { httpGet: { path: '/', port: 'http' } },
          volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
        },
      ],
      securityContext: { runAsUser: 1000, runAsNonRoot: true },
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
        { name: 'ca', configMap: { name: 'ca', optional: true, items: [{ key: 'a', path: 'b' }] } },
        { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
      ],
    },
  };
  const jobTemplate = { spec: { backoffLimit: 0, activeDeadlineSeconds: 5_000_000_000, template } };
  const cronJob = { metadata: { name: 'nightly', namespace: 'dev' }, spec: { schedule: '@daily', jobTemplate } };
  sandbox = await startSandbox({ cluster: { cronjobs: [cronJob] }, rolloutStepMs: 'manual' });
});
afterAll(() => sandbox.stop());

// kubectl sends protobuf here, the format of its clients for built-in kinds.
requires('kubectl').describe('kubectl create', () => {
  const create = (...args: string[]): ReturnType<typeof runKubectl> =>
    runKubectl(sandbox, 'admin', ['create', '-n', 'dev', ...args]);

  test('job --from copies the template of the CronJob', async () => {
    const outcome = await create('job', 'now', '--from=cronjob/nightly');
    expect(outcome).toMatchObject({ status: 0, error: '', out: 'job.batch/now created\n' });
    const { metadata, spec } = sandbox.store.get('jobs', 'dev', 'now')!;
    const cronJob = sandbox.store.get('cronjobs', 'dev', 'nightly')!;
    expect(spec).toMatchObject((cronJob.spec as { jobTemplate: { spec: object } }).jobTemplate.spec);
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid: cronJob.metadata.uid };
    expect(metadata).toMatchObject({
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [{ ...owner, controller: true }],
    });
    sandbox.rollout.finish();
    expect(sandbox.store.get('jobs', 'dev', 'now')!.status).toMatchObject({ succeeded: 1 });
  });

  test.each([
    ['namespaces', ['namespace', 'new'], {}],
    ['serviceaccounts', ['serviceaccount', 'new'], {}],
    ['configmaps', ['configmap', 'new', '--from-literal=a=b'], { data: { a: 'b' } }],
    ['secrets', ['secret', 'generic', 'new', '--from-literal=a=b'], { data: { a: 'Yg==' } }],
    ['roles', ['role', 'new', '--verb=get', '--resource=pods'], { rules: [{ verbs: ['get'], resources: ['pods'] }] }],
    ['rolebindings', ['rolebinding', 'new', '--role=r', '--user=bob'], { subjects: [{ kind: 'User', name: 'bob' }] }],
    ['clusterroles', ['clusterrole', 'new', '--verb=*', '--non-resource-url=/x'], { rules: [{ verbs: ['*'] }] }],
    ['deployments', ['deployment', 'new', '--image=x:1'], { spec: { replicas: 1 } }],
  ])('creates %s', async (resource, args, expected) => {
    expect(await create(...args)).toMatchObject({ status: 0, error: '' });
    const found = sandbox.store.list(resource).find(({ metadata }) => metadata.name === 'new');
    expect(found).toMatchObject(expected);
    expect(found).not.toHaveProperty('status');
  });

  test('a server dry run creates nothing', async () => {
    expect((await create('configmap', 'dry', '--dry-run=server')).out).toBe('configmap/dry created (server dry run)\n');
    expect(sandbox.store.get('configmaps', 'dev', 'dry')).toBeUndefined();
  });

  test('auth whoami names the user', async () => {
    expect((await runKubectl(sandbox, 'nobody', ['auth', 'whoami'])).out).toMatch(/Username +nobody/);
  });
});

test.each([
  ['of an unknown kind', 415, 'k8s\0\n\u0007\n\u0002v1\u0012\u0001X'],
  ['that ends in the middle', 400, 'k8s\0\n\u0014\n\u0002v1\u0012\u000eServiceAccount\u0012\u0005\n\u0009ab'],
])('a protobuf body %s gets %d', async (_what, status, body) => {
  const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' };
  const url = `${sandbox.apiUrl}/api/v1/namespaces/dev/serviceaccounts`;
  const response = await send(sandbox, 'POST', url, { token: sandbox.tokens.admin, headers, body });
  expect(response.status).toBe(status);
  expect(response.json()).toMatchObject({ kind: 'Status', code: status });
});
