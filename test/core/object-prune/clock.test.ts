import { startSandbox } from '../../../src/sandbox/index.js';
import { Runner } from '../../support/runner.js';

test('a wrong clock is a warning, because ages are counted from the time of the API server', async () => {
  const runner = new Runner();
  const sandbox = await startSandbox({ storage: 'none', operator: false, now: new Date(Date.now() + 2 * 3_600_000) });
  try {
    const { stdout, stderr } = await runner.run([
      ...['prune', 'builds', '-o', 'json', '--kubeconfig', sandbox.kubeconfig.admin],
    ]);
    const warning = "this machine's clock differs from the API server's by";
    expect(stderr).toContain(`warning: ${warning}`);
    expect((JSON.parse(stdout) as { warnings: string[] }).warnings).toEqual([expect.stringContaining(warning)]);
  } finally {
    await runner.stop();
    await sandbox.stop();
  }
});
