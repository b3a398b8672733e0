import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { regadm } from '../../support/regadm.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ operator: true, rolloutStepMs: 5 });
});

afterEach(() => sandbox.stop());

test.each([
  ['0', '--timeout must be above 0'],
  ['-1m', '--timeout must be above 0'],
  ['soon', 'invalid argument "soon" for "--timeout"'],
])('--timeout %s is refused before any request is sent', async (timeout, message) => {
  const args = ['registry', 'readonly', 'on', `--timeout=${timeout}`];
  const { status, stderr } = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin });
  expect(stderr).toContain(message);
  expect(status).toBe(1);
  expect(sandbox.requests).toEqual([]);
  expect(sandbox.store.get('configs', 'cluster')?.spec?.readOnly).toBeUndefined();
});
