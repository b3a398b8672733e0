import { startSandbox } from '../../../src/sandbox/index.js';
import { regadm } from '../../support/regadm.js';

const ONLINE = ['--online', '--storage=/tmp'];
const hard = (...args: string[]) => regadm(['prune', 'hard', '--confirm', ...args]);

// All of these fail before they need a cluster: there is no kubeconfig here.
test.each([
  ['--pod cannot be specified with --storage', ['--pod=x', '--storage=/tmp']],
  ['--dangling-links works only with --storage', ['--dangling-links']],
  ['--keep-blobs-younger-than works only with --storage', ['--keep-blobs-younger-than=1h']],
  ['--uploads-older-than works only with --storage', ['--uploads-older-than=1h']],
  ['a percentage works only with --storage', ['--max-delete=10%']],
  ['for "--max-delete"', ['--max-delete=lots']],
  ['for "--timeout"', ['--timeout=soon']],
  ['--timeout must be above 0', ['--timeout=0']],
  ['--timeout must be above 0', ['--recover', '--timeout=0']],
  ['for "--keep-blobs-younger-than"', ['--storage=/tmp', '--keep-blobs-younger-than=young']],
  ['--redis-url', ['--redis-url=http://x']],
  ['--storage cannot be specified with --recover', ['--recover', '--storage=/tmp']],
  ['--max-delete cannot be specified with --recover', ['--recover', '--max-delete=5']],
  ['--rules cannot be specified with --recover', ['--recover', '--rules=registry']],
  ['--read-only cannot be specified with --recover', ['--recover', '--read-only=required']],
  ['--registry-url works only with --verify', ['--registry-url=registry.example.com']],
  ['--registry-url works only with --verify', ['--registry-url=x', '--verify', '--storage=/tmp']],
  ['--detailed-exitcode cannot be specified with --confirm', ['--detailed-exitcode']],
  ['--read-only=skip works only with --storage', ['--read-only=skip', '--no-confirm']],
  ['--rules', ['--rules=mine']],
  ['--online needs --storage', ['--online']],
  ['--pod cannot be specified with --online', ['--online', '--pod=x', '--storage=/tmp']],
  ['--rules=registry cannot be specified with --online', ['--online', '--rules=registry', '--storage=/tmp']],
  ['--read-only=required cannot be specified', ['--online', '--read-only=required', '--storage=/tmp']],
  ['--restart cannot be specified with --read-only=skip', [...ONLINE, '--read-only=skip', '--restart']],
  ['--redis-url cannot be specified', [...ONLINE, '--read-only=skip', '--redis-url=redis://redis:6379']],
  ['--recheck-after must be at most 1d', [...ONLINE, '--recheck-after=25d']],
  ['--trash-keep must be at most 3650d', [...ONLINE, '--trash-keep=100000000d']],
  ['--grace works only with --online', ['--storage=/tmp', '--grace=20h']],
  ['--trash-keep works only with --online', ['--storage=/tmp', '--trash-keep=7d']],
  ['--recheck-after works only with --online', ['--storage=/tmp', '--recheck-after=60s']],
  ['--no-restart works only with --online', ['--storage=/tmp', '--no-restart']],
  ['--discard-marks works only with --online', ['--storage=/tmp', '--discard-marks']],
  ['for "--grace"', [...ONLINE, '--grace=long']],
  ['for "--trash-keep"', [...ONLINE, '--trash-keep=long']],
  ['for "--recheck-after"', [...ONLINE, '--recheck-after=long']],
  ['--online cannot be specified with --recover', ['--recover', '--online']],
  ['--trash works only with --storage', ['--trash']],
  ['--online', [...ONLINE, '--trash']],
  ['unexpected argument "positional"', ['positional']],
])('is a usage error: %s', async (message, args) => {
  const { status, stdout, stderr } = await hard(...args);
  expect(stderr).toContain('error: ');
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
  expect(status).toBe(1);
});

test('--read-only=skip with --confirm is refused without --storage', async () => {
  const { status, stdout } = await hard('--read-only=skip', '-o', 'json');
  expect(status).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'READ_ONLY_NEEDED' });
});

test('settings for other runs do not stop --recover', async () => {
  const sandbox = await startSandbox({ operator: true });
  const env = { REGADM_STORAGE: 'cluster', REGADM_MAX_DELETE: '5', REGADM_REGISTRY_URL: 'registry.example.com' };
  try {
    const options = { env, kubeconfig: sandbox.kubeconfig.admin };
    expect((await regadm(['prune', 'hard', '--recover'], options)).status).toBe(0);
  } finally {
    await sandbox.stop();
  }
});

test('a pod that is not one of the registry is answered with those that are', async () => {
  const sandbox = await startSandbox({ operator: true });
  try {
    const { status, stderr } = await regadm(['prune', 'hard', '--pod=nope', '--kubeconfig', sandbox.kubeconfig.admin]);
    expect(status).toBe(1);
    expect(stderr).toContain('error: pod openshift-image-registry/nope is not a running and ready registry pod');
    expect(stderr).toMatch(/\* image-registry-\S+ is Running\n/);
    expect(stderr).toContain('omit --pod');
  } finally {
    await sandbox.stop();
  }
});
