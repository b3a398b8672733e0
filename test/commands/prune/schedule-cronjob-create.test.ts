import { execFile } from 'node:child_process';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { regadm } from '../../support/regadm.js';
import { requires } from '../../support/jest/requires.js';

/** Flags that together print every kind of object and every field. */
const EVERYTHING = [
  '--with=builds,deployments',
  '--with-alert',
  '--orphans',
  '--replica-sets',
  '--suspend',
  '--active-deadline=2h',
  '--limits=memory=4Gi',
  '--toleration=infra:NoSchedule',
  '--node-selector=zone=a',
  '--affinity={"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[]}}',
];

const OBJECTS = [
  'serviceaccount/regadm-image-pruner',
  'clusterrolebinding.rbac.authorization.k8s.io/regadm-image-pruner',
  'clusterrole.rbac.authorization.k8s.io/regadm-image-pruner-extra',
  'clusterrolebinding.rbac.authorization.k8s.io/regadm-image-pruner-extra',
  'networkpolicy.networking.k8s.io/regadm-image-pruner',
  'cronjob.batch/regadm-image-pruner',
  'prometheusrule.monitoring.coreos.com/regadm-image-pruner',
];

requires('kubectl').describe('kubectl accepts the printed List', () => {
  let sandbox: Sandbox;
  beforeEach(async () => void (sandbox = await startSandbox({ operator: true })));
  afterEach(() => sandbox.stop());

  async function printed(...flags: string[]): Promise<string> {
    return (await regadm(['prune', 'schedule', '--cronjob', '--image', 'quay.io/example/regadm:1.0', ...flags])).stdout;
  }

  function kubectl(args: string[], input: string): Promise<{ out: string; error: string; status: number }> {
    const command = ['--kubeconfig', sandbox.kubeconfig.admin, '--cache-dir', `${sandbox.dir}/cache`, ...args];
    return new Promise((resolve) => {
      const child = execFile('kubectl', command, (_error, out, error) =>
        resolve({ out, error, status: child.exitCode ?? -1 }),
      );
      child.stdin!.end(input);
    });
  }

  test.each(['client', 'server'])('with validation, in a dry run of the %s', async (where) => {
    const { out, error, status } = await kubectl(
      ['create', `--dry-run=${where}`, '--validate=strict', '-o', 'name', '-f', '-'],
      await printed(...EVERYTHING),
    );
    expect({ error, status }).toEqual({ error: '', status: 0 });
    expect(out.trim().split('\n')).toEqual(OBJECTS);
    expect(sandbox.store.get('cronjobs', 'openshift-image-registry', 'regadm-image-pruner')).toBeUndefined();
  });

  test('reads texts such as "on" as they were given, also as keys', async () => {
    const selector = 'on=yes,y=n,1_000=0b11,off=1e3';
    const flags = [`--node-selector=${selector}`, '--toleration=no=on:NoSchedule', '--priority-class=yes'];
    const created = await kubectl(['create', '--validate=strict', '-f', '-'], await printed(...flags));
    expect(created).toMatchObject({ error: '', status: 0 });
    const { spec } = sandbox.store.get('cronjobs', 'openshift-image-registry', 'regadm-image-pruner')!;
    expect(spec).toMatchObject({
      jobTemplate: {
        spec: {
          template: {
            spec: {
              nodeSelector: Object.fromEntries(selector.split(',').map((pair) => pair.split('='))),
              tolerations: [{ key: 'no', operator: 'Equal', value: 'on', effect: 'NoSchedule' }],
              priorityClassName: 'yes',
            },
          },
        },
      },
    });
  });

  test('creates it, and applies it again with other flags', async () => {
    const created = await kubectl(['apply', '-f', '-'], await printed(...EVERYTHING));
    expect(created).toMatchObject({ error: '', status: 0 });
    const changed = await kubectl(['apply', '-f', '-'], await printed(...EVERYTHING, '--schedule=30 2 * * *'));
    expect(changed).toMatchObject({ error: '', status: 0 });
    const { spec } = sandbox.store.get('cronjobs', 'openshift-image-registry', 'regadm-image-pruner')!;
    expect(spec).toMatchObject({ schedule: '30 2 * * *', suspend: true });
  });
});

test('--run-now starts a Job from the created CronJob and follows it', async () => {
  const sandbox = await startSandbox({ operator: true, rolloutStepMs: 5 });
  const { stdout } = await regadm(['prune', 'schedule', '--cronjob', '-o', 'json', '--with=builds,deployments']);
  const { items } = JSON.parse(stdout) as { items: { kind: string; metadata: { name: string } }[] };
  sandbox.store.put(
    'cronjobs',
    items.find(({ kind }) => kind === 'CronJob')!,
  );
  const run = await regadm(['prune', 'schedule', '--run-now', '--kubeconfig', sandbox.kubeconfig.admin]);
  await sandbox.stop();
  expect(run.stderr).toContain('from CronJob regadm-image-pruner');
  expect(run.status).toBe(0);
  expect(run.stdout).toContain('Summary: ');
});
