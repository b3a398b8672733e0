import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest } from '../../support/sandbox-client.js';

const CRON_JOBS = '/apis/batch/v1/namespaces/dev/cronjobs';
const RULES = '/apis/monitoring.coreos.com/v1/namespaces/dev/prometheusrules';
const POLICIES = '/apis/networking.k8s.io/v1/namespaces/dev/networkpolicies';

interface Answer {
  kind: string;
  message?: string;
  metadata: { uid?: string; resourceVersion?: string; creationTimestamp?: string; generation?: number };
  spec?: Record<string, unknown>;
}

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({
    cluster: {
      cronjobs: [cronJob('old')],
      imagestreams: [{ metadata: { name: 'app', namespace: 'dev' }, status: { tags: [{ tag: 'v1', items: [] }] } }],
    },
  });
});
afterEach(() => sandbox.stop());

function cronJob(name: string, spec: object = {}): object {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x' }] } };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: 'dev' },
    spec: { schedule: '@daily', jobTemplate: { spec: { template } }, ...spec },
  };
}

interface Sent {
  status: number;
  answer: Answer;
  warning: unknown;
}

async function send(method: string, path: string, body?: unknown, token = sandbox.tokens.admin): Promise<Sent> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const response = await apiRequest(sandbox, method, path, { token, body, type });
  return { status: response.status, answer: response.json<Answer>(), warning: response.headers.warning };
}

/** Everything that the cluster contains. */
const everything = (): object[] =>
  ['cronjobs', 'prometheusrules', 'networkpolicies', 'imagestreams'].flatMap((resource) =>
    sandbox.store.list(resource),
  );

describe('dryRun=All', () => {
  test.each([
    ['POST', CRON_JOBS, cronJob('new'), 201],
    ['PUT', `${CRON_JOBS}/old`, cronJob('old', { suspend: true }), 200],
    ['PATCH', `${CRON_JOBS}/old`, { spec: { suspend: true } }, 200],
    ['DELETE', `${CRON_JOBS}/old`, undefined, 200],
    ['DELETE', '/apis/image.openshift.io/v1/namespaces/dev/imagestreamtags/app:v1', undefined, 200],
  ])('%s %s changes nothing', async (method, path, body, status) => {
    const before = everything();
    expect((await send(method, `${path}?dryRun=All`, body)).status).toBe(status);
    expect(everything()).toEqual(before);
    expect((await send(method, path, body)).status).toBe(status);
    expect(everything()).not.toEqual(before);
  });

  test('shows the object as it would be stored', async () => {
    const { answer } = await send('POST', `${CRON_JOBS}?dryRun=All`, cronJob('new'));
    expect(answer).toMatchObject({ kind: 'CronJob', metadata: { name: 'new', namespace: 'dev', generation: 1 } });
    expect(answer.metadata.uid).toBeDefined();
    expect(answer.metadata.creationTimestamp).toBeDefined();
    expect(answer.metadata.resourceVersion).toBeUndefined();
    const patched = await send('PATCH', `${CRON_JOBS}/old?dryRun=All`, { spec: { suspend: true } });
    expect(patched.answer).toMatchObject({ spec: { suspend: true, schedule: '@daily' } });
  });

  test('in the body of a deletion counts, in its query only without a body', async () => {
    const options = { kind: 'DeleteOptions', apiVersion: 'v1' };
    await send('DELETE', `${CRON_JOBS}/old`, { ...options, dryRun: ['All'] });
    expect(sandbox.store.get('cronjobs', 'dev', 'old')).toBeDefined();
    await send('DELETE', `${CRON_JOBS}/old?dryRun=All`, options);
    expect(sandbox.store.get('cronjobs', 'dev', 'old')).toBeUndefined();
  });

  test.each([
    ['POST', CRON_JOBS, cronJob('old'), 409, 'cronjobs.batch "old" already exists'],
    ['PUT', `${CRON_JOBS}/none`, cronJob('none'), 404, 'cronjobs.batch "none" not found'],
    ['DELETE', `${CRON_JOBS}/none`, undefined, 404, 'cronjobs.batch "none" not found'],
    ['POST', '/apis/batch/v1/namespaces/dev/cronjbs', cronJob('x'), 404, 'could not find the requested resource'],
    [
      'POST',
      CRON_JOBS,
      { ...cronJob('x'), kind: 'CronJbo' },
      400,
      'CronJbo in version "v1" cannot be handled as a CronJob',
    ],
    [
      'POST',
      CRON_JOBS,
      { ...cronJob('x'), apiVersion: 'batch/v2' },
      400,
      'does not match the expected API version (batch/v1)',
    ],
    [
      'POST',
      CRON_JOBS.replace('dev', 'other'),
      cronJob('x'),
      400,
      'the namespace of the provided object does not match',
    ],
    [
      'POST',
      CRON_JOBS,
      cronJob('Upper'),
      422,
      'CronJob.batch "Upper" is invalid: metadata.name: Invalid value: "Upper": a lowercase',
    ],
    ['POST', CRON_JOBS, cronJob('x'.repeat(53)), 422, 'must be no more than 52 characters'],
  ])('%s %s finds what a real request would find: %#', async (method, path, body, status, message) => {
    for (const query of ['?dryRun=All', '']) {
      const sent = await send(method, path + query, body);
      expect([sent.status, sent.answer.message]).toEqual([status, expect.stringContaining(message)]);
    }
  });

  test('needs the permission of the real request', async () => {
    const { pruner } = sandbox.tokens;
    for (const [method, path] of [
      ['POST', CRON_JOBS],
      ['DELETE', `${CRON_JOBS}/old`],
    ] as const) {
      const sent = await send(method, `${path}?dryRun=All`, method === 'POST' ? cronJob('x') : undefined, pruner);
      expect(sent.status).toBe(403);
      expect(sent.answer.message).toContain('is forbidden: User "pruner" cannot');
    }
  });

  test('has no other value', async () => {
    const { status, answer } = await send('POST', `${CRON_JOBS}?dryRun=Some`, cronJob('x'));
    expect([status, answer.message]).toEqual([
      422,
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: "Some": supported values: "All"',
    ]);
    expect(sandbox.store.get('cronjobs', 'dev', 'x')).toBeUndefined();
  });
});

describe('fieldValidation', () => {
  const misspelled = cronJob('new', { sspend: true });

  test('Strict refuses unknown fields', async () => {
    const container = { name: 'a', image: 'b', comand: [] };
    const template = { spec: { containers: [container] } };
    const body = cronJob('new', { sspend: true, jobTemplate: { spec: { template } } });
    const { status, answer } = await send('POST', `${CRON_JOBS}?fieldValidation=Strict`, body);
    expect([status, answer.message]).toEqual([
      400,
      'CronJob in version "v1" cannot be handled as a CronJob: strict decoding error: unknown field "spec.jobTemplate.spec.template.spec.containers[0].comand", unknown field "spec.sspend"',
    ]);
    const patch = await send('PATCH', `${CRON_JOBS}/old?fieldValidation=Strict`, { spec: { sspend: true } });
    expect(patch.status).toBe(400);
  });

  test.each([
    ['', '299 - "unknown field \\"spec.sspend\\""'],
    ['?fieldValidation=Warn', '299 - "unknown field \\"spec.sspend\\""'],
    ['?fieldValidation=Ignore', undefined],
  ])('%s drops unknown fields', async (query, warning) => {
    const sent = await send('POST', CRON_JOBS + query, misspelled);
    expect([sent.status, sent.warning]).toEqual([201, warning]);
    expect(sandbox.store.get('cronjobs', 'dev', 'new')!.spec).not.toHaveProperty('sspend');
  });

  test.each([
    [{ suspend: 'yes' }, 400, 'cannot unmarshal string into Go struct field CronJob.spec.suspend of type boolean'],
    [{ successfulJobsHistoryLimit: '1' }, 400, 'CronJob.spec.successfulJobsHistoryLimit of type integer'],
    [{ schedule: null }, 422, 'CronJob.batch "new" is invalid: spec.schedule: Required value'],
  ])('%j is refused whatever the validation', async (spec, code, message) => {
    for (const validation of ['Strict', 'Warn', 'Ignore']) {
      const sent = await send('POST', `${CRON_JOBS}?fieldValidation=${validation}`, cronJob('new', spec));
      expect([sent.status, sent.answer.message]).toEqual([code, expect.stringContaining(message)]);
    }
  });

  test('has three values', async () => {
    const { status, answer } = await send('PUT', `${CRON_JOBS}/old?fieldValidation=Strictly`, cronJob('old'));
    expect([status, answer.message]).toEqual([
      422,
      'UpdateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Strictly": supported values: "Ignore", "Strict", "Warn"',
    ]);
  });

  test('accepts any field of a kind that the sandbox does not know', async () => {
    const body = { metadata: { name: 'wf' }, spec: { anything: [{ goes: true }] } };
    const path = '/apis/argoproj.io/v1alpha1/namespaces/dev/workflows?fieldValidation=Strict';
    expect((await send('POST', path, body)).status).toBe(201);
    expect(sandbox.store.get('workflows', 'dev', 'wf')!.spec).toEqual(body.spec);
  });
});

describe('kinds of the nightly job', () => {
  const rule = (alert: object): object => ({
    metadata: { name: 'nightly' },
    spec: { groups: [{ name: 'g', rules: [{ alert: 'A', expr: '1 > 0', ...alert }] }] },
  });
  const policy = { metadata: { name: 'egress' }, spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] } };

  test('are served', async () => {
    for (const [path, body, resource, name] of [
      [POLICIES, policy, 'networkpolicies', 'egress'],
      [RULES, rule({ for: '10m' }), 'prometheusrules', 'nightly'],
    ] as const) {
      expect((await send('POST', `${path}?fieldValidation=Strict`, body)).status).toBe(201);
      expect(sandbox.store.get(resource, 'dev', name)).toBeDefined();
      expect((await send('GET', `${path}/${name}`)).status).toBe(200);
    }
  });

  test.each([
    [{ expression: 'up' }, 400, 'strict decoding error: unknown field "spec.groups[0].rules[0].expression"'],
    [
      { for: 600 },
      422,
      'PrometheusRule.monitoring.coreos.com "nightly" is invalid: spec.groups[0].rules[0].for: Invalid value: "number"',
    ],
    [{ expr: null }, 422, 'spec.groups[0].rules[0].expr: Required value'],
  ])('an alert with %j is refused', async (alert, code, message) => {
    const { status, answer } = await send('POST', `${RULES}?fieldValidation=Strict`, rule(alert));
    expect([status, answer.message]).toEqual([code, expect.stringContaining(message)]);
  });

  test('a cluster without the Prometheus operator has no PrometheusRules', async () => {
    const other = await startSandbox({ cluster: {}, missing: ['prometheusrules'] });
    const { admin } = other.tokens;
    const groups = await apiRequest(other, 'GET', '/apis', { token: admin });
    expect(groups.body).not.toContain('monitoring.coreos.com');
    expect((await apiRequest(other, 'POST', RULES, { token: admin, body: rule({}) })).status).toBe(404);
    await other.stop();
  });
});
