import { examine, OWN, podsOf, rightCluster, rightCronJob } from './cluster.js';

const REMOVED = [{ metadata: { name: 'cluster' }, spec: { managementState: 'Removed' } }];

/** Returns the problems of a CronJob whose only container is changed. */
async function problems(change: object, configs = rightCluster().configs!) {
  const cronJob = rightCronJob();
  Object.assign(podsOf(cronJob).containers[0], change);
  const checks = await examine({ ...rightCluster(cronJob), configs });
  return checks
    .filter(({ message }) => !message.includes('not as regadm prints it'))
    .filter(({ status }) => status === 'warning' || status === 'unknown');
}

test.each([[[]], [['--confirm=false']], [['--confirm', '--no-confirm']], [['--confirm=true', '--confirm=false']]])(
  'arguments %j: every run is a dry run',
  async (args) => {
    expect(await problems({ args: ['prune', 'images', ...args] })).toMatchObject([
      {
        status: 'warning',
        message: `CronJob ${OWN} runs prune images without --confirm, so every run is a dry run that deletes nothing`,
        suggestions: [expect.stringContaining('--confirm=true')],
      },
    ]);
  },
);

test.each([[['--confirm']], [['--confirm=false', '--confirm=true']]])('arguments %j: no problem', async (args) => {
  expect(await problems({ args: ['prune', 'images', ...args] })).toEqual([]);
});

test('several prunes in a script: each needs --confirm', async () => {
  const script =
    'regadm prune builds --confirm; regadm prune deployments --confirm=false && regadm prune images --confirm';
  const found = await problems({ command: ['/bin/sh', '-c'], args: [script] });
  expect(found.filter(({ message }) => message.includes('--confirm'))).toMatchObject([
    { message: expect.stringContaining('runs prune deployments without --confirm') },
  ]);
});

test('arguments without a prune: unknown', async () => {
  expect(await problems({ command: ['/run.sh'], args: [] })).toMatchObject([
    { status: 'unknown', message: expect.stringContaining('its arguments name no prune') },
  ]);
});

describe('a registry that is removed', () => {
  const ARGS = ['prune', 'images', '--confirm'];

  test('needs --prune-registry=false', async () => {
    expect(await problems({ args: ARGS }, REMOVED)).toMatchObject([
      {
        status: 'warning',
        message: expect.stringMatching(
          /without --prune-registry=false, but the registry is removed .* deletes nothing$/,
        ),
        suggestions: [expect.stringContaining('--prune-registry=false')],
      },
    ]);
  });

  test.each([
    { args: [...ARGS, '--prune-registry=false'] },
    { args: [...ARGS, '--no-prune-registry'] },
    { args: ARGS, env: [{ name: 'REGADM_PRUNE_REGISTRY', value: 'false' }] },
    { args: [...ARGS, '--registry-url=registry.example.com'] },
  ])('accepts %j', async (change) => {
    expect(await problems(change, REMOVED)).toEqual([]);
  });

  test.each([
    { args: ARGS, envFrom: [{ configMapRef: { name: 'settings' } }] },
    { args: ARGS, env: [{ name: 'REGADM_CONFIG', value: '/etc/regadm.yaml' }] },
    { args: ARGS, env: [{ name: 'REGADM_PRUNE_REGISTRY', valueFrom: {} }] },
  ])('cannot be judged with %j', async (change) => {
    expect(await problems(change, REMOVED)).toMatchObject([
      { status: 'unknown', message: expect.stringContaining('can contain --prune-registry') },
    ]);
  });
});

test('a registry that is Managed, with --prune-registry=false: its storage is not freed', async () => {
  expect(await problems({ args: ['prune', 'images', '--confirm', '--prune-registry=false'] })).toMatchObject([
    { status: 'warning', message: expect.stringMatching(/but the registry is Managed, .* until a hard prune$/) },
  ]);
});

test("the operator's CronJob: its operator sets the arguments", async () => {
  const cronJob = rightCronJob('image-pruner');
  podsOf(cronJob).serviceAccountName = 'pruner';
  expect(await examine({ ...rightCluster(cronJob), configs: REMOVED })).toMatchObject([
    { status: 'warning', suggestions: [expect.stringContaining('oc get clusteroperator image-registry')] },
  ]);
});
