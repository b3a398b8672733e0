import { startSandbox } from '../../src/sandbox/index.js';
import { instructions } from '../../src/sandbox/instructions.js';

/** Paths of the sandbox's directory, in place of ones whose length depends on the machine. */
const DIRECTORY = '/tmp/regadm-sandbox-AbCdEf';

test.each([
  ['with files', { sample: true }],
  ['in memory', { cluster: {} }],
])('every line fits 80 columns: storage %s', async (_name, options) => {
  const sandbox = await startSandbox(options);
  const text = instructions(sandbox).replaceAll(sandbox.dir, DIRECTORY);
  await sandbox.stop();
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toContain(`export KUBECONFIG=${DIRECTORY}/kubeconfig-admin`);
  for (const command of ['builds', 'deployments --replica-sets', 'images --confirm', 'schedule --cronjob'])
    expect(text).toContain(`  regadm prune ${command}  `);
});

test('a hard prune by files is suggested only where files exist', async () => {
  const sandbox = await startSandbox({ cluster: {} });
  const text = instructions(sandbox);
  await sandbox.stop();
  expect(text).toContain('storage     in memory');
  expect(text).not.toContain('--storage');
});
