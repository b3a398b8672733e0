import { startHub } from '../../src/sandbox/index.js';
import { instructions } from '../../src/sandbox/instructions.js';

/** Paths of the sandbox's directory, in place of ones whose length depends on the machine. */
const DIRECTORY = '/tmp/regadm-sandbox-AbCdEf';

test.each([
  ['storage with files', { sample: true }],
  ['storage in memory', { cluster: {} }],
  ['with managed clusters', { cluster: {}, managedClusters: 2 }],
])('every line fits 80 columns: %s', async (_name, options) => {
  const started = await startHub(options);
  const text = instructions(started).replaceAll(started.hub.dir, DIRECTORY);
  await started.stop();
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toContain(`export KUBECONFIG=${DIRECTORY}/kubeconfig-admin`);
  for (const command of ['builds', 'deployments --replica-sets', 'images --confirm', 'schedule --cronjob'])
    expect(text).toContain(`  regadm prune ${command}  `);
});

test('a hard prune by files is suggested only where files exist', async () => {
  const started = await startHub({ cluster: {} });
  const text = instructions(started);
  await started.stop();
  expect(text).toContain('storage     in memory');
  expect(text).not.toContain('--storage');
});

test('commands for a fleet are suggested only on a hub', async () => {
  const started = await startHub({ cluster: {}, managedClusters: 2 });
  const text = instructions(started);
  const alone = instructions({ ...started, clusters: new Map() });
  await started.stop();
  expect(text).toContain('Managed clusters, whose hub this cluster is: sno-01 to sno-02');
  expect(text).toMatch(/^ {2}regadm edge verify --hub-kubeconfig \$KUBECONFIG --all$/m);
  expect(alone).not.toContain('edge verify');
});
