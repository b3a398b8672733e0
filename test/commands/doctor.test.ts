import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { openCluster } from '../../src/core/cluster/index.js';
import { diagnose } from '../../src/core/doctor/diagnose.js';
import { doctorReport, type DoctorDocument } from '../../src/core/doctor/report.js';
import { SILENT, type Reporter } from '../../src/core/kit/reporter.js';
import type { Check } from '../../src/core/model/check.js';
import { doctorLines } from '../../src/core/doctor/output/text.js';
import { styles } from '../../src/core/terminal/color.js';
import type { KubeObject } from '../../src/core/model/kube.js';
import { schemaProblems } from '../support/json-schema.js';
import { regadm } from '../support/regadm.js';

const CHANGING = /^(?:PUT|PATCH|DELETE)$/;

async function examine(
  sandbox: Sandbox,
  user: 'admin' | 'pruner' | 'nobody' = 'admin',
  signal = new AbortController().signal,
  reporter: Reporter = SILENT,
): Promise<DoctorDocument> {
  const connect = () => openCluster({ kubeconfig: sandbox.kubeconfig[user] });
  return doctorReport(
    '0.0.0',
    await diagnose(
      connect,
      { forceInsecure: false, workers: 1 },
      { reporter, signal, problemOf: async () => undefined },
    ),
  );
}

const of = ({ checks }: DoctorDocument, name: string): Check[] => checks.filter((check) => check.name === name);

const doctorText = (...args: Parameters<typeof doctorLines>): string => [...doctorLines(...args)].join('');

describe('regadm doctor', () => {
  let sandbox: Sandbox;
  const start = async (options: SandboxOptions = {}): Promise<Sandbox> =>
    (sandbox = await startSandbox({ sample: true, storage: 'none', ...options }));
  afterEach(() => sandbox.stop());

  test('finds no problem for an administrator, and changes nothing', async () => {
    await start();
    let left = 0;
    const reporter: Reporter = { ...SILENT, phase: (_name, total) => (left += total!), tick: () => left-- };
    const report = await examine(sandbox, 'admin', undefined, reporter);
    expect(left).toBe(0);
    expect(report).toMatchObject({ kind: 'Doctor', ok: true, summary: { failed: 0, warnings: 0, unknown: 0 } });
    expect(report.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'cluster',
        'user',
        'lists',
        'token',
        'registry',
        'permissions',
        'clocks',
        'other pruners',
        'operator',
        'registry pods',
        'mode',
        'deletion',
        'schedule',
      ]),
    );
    expect(sandbox.requests.filter(({ method }) => CHANGING.test(method))).toEqual([]);
    expect(sandbox.requests.filter(({ method, path }) => method === 'POST' && !/reviews$/.test(path))).toEqual([]);
  });

  test("a pruner's user cannot read the operator: the check is unknown, not failed", async () => {
    await start();
    const report = await examine(sandbox, 'pruner');
    expect(report.ok).toBe(true);
    expect(of(report, 'operator')).toMatchObject([{ status: 'unknown' }]);
    expect(of(report, 'permissions')).toMatchObject([{ status: 'ok' }]);
  });

  test('a user without permissions gets the name of the role', async () => {
    await start();
    const report = await examine(sandbox, 'nobody');
    expect(report.ok).toBe(false);
    expect(of(report, 'lists')[0]).toMatchObject({ status: 'failed' });
    expect(of(report, 'permissions')[0]!.suggestions!.join()).toContain('system:image-pruner');
  });

  test('a user who may not be read by the registry gets the name of the role, not advice about the token', async () => {
    await start();
    const role = sandbox.store.get('clusterroles', 'system:basic-user')! as KubeObject & { rules: object[] };
    const rules = role.rules.filter((rule) => !JSON.stringify(rule).includes('users'));
    sandbox.store.put('clusterroles', { ...role, rules });
    expect(of(await examine(sandbox, 'pruner'), 'login')).toEqual([
      {
        name: 'login',
        status: 'warning',
        message: expect.stringMatching(/^401 Unauthorized: the user may not get users\.user\.openshift\.io\/~/),
        suggestions: [expect.stringContaining('basic-user')],
      },
    ]);
  });

  test('a token that only the registry refuses is named as such', async () => {
    await start();
    sandbox.onRequest(({ server, path }) =>
      server === 'registry' && path === '/v2/' ? { do: 'status', status: 401 } : undefined,
    );
    expect(of(await examine(sandbox), 'login')).toMatchObject([
      { message: expect.stringMatching(/401 Unauthorized: the registry does not accept the token$/) },
    ]);
  });

  test.each<[string, SandboxOptions, string, Check['status']]>([
    ['read-only mode', { registryReadOnly: true }, 'mode', 'failed'],
    ['a certificate that is not trusted', { registryCertificate: 'unknown-authority', fail: [] }, 'registry', 'ok'],
    ['a registry that is gone', { fail: ['registry-gone'] }, 'registry', 'failed'],
    ['a degraded operator', { fail: ['degraded'] }, 'operator', 'warning'],
    ['a removed registry', { managementState: 'Removed' }, 'operator', 'failed'],
    ['an unmanaged one', { managementState: 'Unmanaged' }, 'operator', 'warning'],
    ['a token that has expired', { fail: ['token-expires=1'] }, 'cluster', 'failed'],
    ['lists that fail', { fail: ['GET /pods => 403'] }, 'lists', 'failed'],
  ])('reports %s', async (_, options, name, status) => {
    await start(options);
    expect(of(await examine(sandbox), name).map((check) => check.status)).toContain(status);
  });

  test('reports another running pruner, and a failed run', async () => {
    await start();
    const job = (name: string, status: object) =>
      sandbox.store.put('jobs', {
        metadata: {
          name,
          namespace: 'openshift-image-registry',
          labels: { 'created-by': 'image-pruner' },
          ownerReferences: [{ kind: 'CronJob', name: 'image-pruner' }],
        },
        status,
      });
    job('image-pruner-1', {
      startTime: '2099-01-01T00:00:00Z',
      conditions: [{ type: 'Failed', status: 'True', message: 'BackoffLimitExceeded' }],
    });
    sandbox.store.put('pods', {
      metadata: {
        name: 'image-pruner-1-x',
        namespace: 'openshift-image-registry',
        labels: { 'job-name': 'image-pruner-1' },
      },
      status: {
        phase: 'Failed',
        containerStatuses: [
          { name: 'c', state: { terminated: { exitCode: 4, message: 'error: refused\n  * wait\n' } } },
        ],
      },
    });
    expect(of(await examine(sandbox), 'last run')).toMatchObject([
      {
        status: 'warning',
        message: expect.stringMatching(/: BackoffLimitExceeded; container c ended with exit code 4: error: refused$/),
      },
    ]);
    job('image-pruner-2', { active: 1, startTime: '2099-01-02T00:00:00Z' });
    expect(of(await examine(sandbox), 'last run')).toMatchObject([
      {
        status: 'info',
        message: 'the last run of the cluster has not ended (image-pruner-2, 2099-01-02T00:00:00Z)',
      },
    ]);
    expect(of(await examine(sandbox), 'other pruners')).toMatchObject([{ status: 'failed' }]);
  });

  test('the text has a line per check, and a verdict', async () => {
    await start({ registryReadOnly: true });
    const text = doctorText(await examine(sandbox), { styles: styles(false), width: Infinity });
    expect(text).toMatch(/^FAILED {3}mode +the registry is in read-only mode/m);
    expect(text).toMatch(/\n1 problem would make a prune fail\.\n$/);
  });

  test('the verdict counts the checks that were not possible', async () => {
    await start();
    const layout = { styles: styles(false), width: Infinity };
    expect(doctorText(await examine(sandbox), layout)).toMatch(/\nNo problems found\.\n$/);
    expect(doctorText(await examine(sandbox, 'pruner'), layout)).toMatch(
      /\nNo problems found \(5 checks not possible\)\.\n$/,
    );
  });

  test('an interruption ends it with its reason, not with failed checks', async () => {
    await start();
    const reason = new Error('interrupted');
    await expect(examine(sandbox, 'admin', AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('fits into a narrow terminal', async () => {
    await start();
    const lines = doctorText(await examine(sandbox, 'nobody'), { styles: styles(false), width: 80 }).split('\n');
    // A name is never cut: it can be longer than what is left of a line.
    expect(lines.filter((line) => line.length > 80 && line.trim().includes(' '))).toEqual([]);
    expect(lines.join('\n')).toMatch(/^FAILED {3}lists +the user may not list images\.image\.openshift\.io,/m);
  });

  test('as a process: exit status 1 if a check fails, and a document for programs', async () => {
    await start({ registryReadOnly: true });
    const { status, stdout, stderr } = await regadm(['doctor', '--kubeconfig', sandbox.kubeconfig.admin, '-o', 'json']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: 'regadm/v1',
      kind: 'Doctor',
      ok: false,
      summary: { failed: 1 },
    });
    expect(schemaProblems('doctor', JSON.parse(stdout))).toEqual([]);
    const away = await regadm(['doctor', '-s', 'http://127.0.0.1:1']);
    expect(away.status).toBe(1);
    expect(away.stdout).toContain('cannot reach the API server');
  });
});
