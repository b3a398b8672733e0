import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { abandonedLease, LEASE_ANNOTATION } from '../support/abandoned-lease.js';
import { runCli } from '../support/cli.js';
import { regadm } from '../support/regadm.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ sample: true, storage: 'none', rolloutStepMs: 5 });
});
afterAll(() => sandbox.stop());

const run = (words: string, env?: Record<string, string>) =>
  regadm(words.split(' '), { kubeconfig: sandbox.kubeconfig.admin, env });

/** A request of the log that changes something. */
const CHANGES = /^(?:PATCH|PUT|DELETE) |^POST .*\/(?:jobs|pods) /m;

/** Leaves the lock of a hard prune that was killed. */
function leaveUnfinished(): void {
  const config = sandbox.store.get('configs', 'cluster')!;
  const annotations = { ...config.metadata.annotations, [LEASE_ANNOTATION]: JSON.stringify(abandonedLease()) };
  sandbox.store.put('configs', { ...config, metadata: { ...config.metadata, annotations } });
}

describe('--quiet', () => {
  test('leaves stderr empty', async () => {
    for (const command of ['prune images -q', 'prune builds --quiet', 'registry status -q']) {
      const { stderr, header, stdout } = await run(command);
      expect([stderr, header]).toEqual(['', '']);
      expect(stdout).not.toBe('');
    }
  });

  test('can be set in the environment, and overridden', async () => {
    const env = { REGADM_QUIET: 'true', REGADM_KEEP_TAG_REVISION: '3' };
    expect(await run('prune images', env)).toMatchObject({ stderr: '', header: '' });
    expect((await run('prune images --no-quiet', env)).stderr).toContain('warning: unknown setting');
    expect((await run('prune images -v 4', env)).header).not.toBe('');
  });

  test('leaves errors', async () => {
    expect((await run('prune why none/such -q')).stderr).toMatch(/^error: /);
  });

  test.each(['-q -v 4', '--quiet --loglevel=1'])('is refused with log output: %s', async (flags) => {
    const { status, stderr } = await run(`prune images ${flags}`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: --quiet cannot be specified with --loglevel=\d: /);
  });
});

describe('--quiet leaves the lines of failures, where stdout does not name them, and no warnings', () => {
  let failing: Sandbox;
  beforeAll(async () => {
    const fail = ['DELETE ^/apis/image.openshift.io/v1/images/ => 403', 'DELETE /builds/ => 403'];
    failing = await startSandbox({ sample: true, storage: 'none', fail });
  });
  afterAll(() => failing.stop());

  test.each([
    ['prune images --confirm -o name', /^error: .*sha256:/m],
    ['prune images --confirm -o oc', /^error: .*sha256:/m],
    ['prune builds --confirm --keep-complete=0 -o name', /^failed: .*Build/m],
  ])('%s', async (words, failure) => {
    const run = await regadm([...words.split(' '), '-q'], { kubeconfig: failing.kubeconfig.admin });
    expect(run.status).toBe(3);
    expect(run.stderr).toMatch(failure);
    expect(run.stderr).not.toMatch(/^(?:warning|hint|about to)/m);
  });
});

describe('a command that acts without --confirm', () => {
  test.each<[command: string, line: string, prepare?: () => void]>([
    ['registry restart', 'about to restart 1 registry pod of SERVER'],
    ['registry readonly on', 'about to switch the registry of SERVER to read-only mode'],
    ['registry readonly off', 'about to switch the registry of SERVER to read-write mode'],
    ['prune schedule --set keepTagRevisions=7', 'about to change keepTagRevisions in ImagePruner "cluster" of SERVER'],
    ['prune schedule --run-now', 'about to start a job from CronJob image-pruner of SERVER'],
    [
      'prune hard --recover',
      'about to restore the registry of SERVER to its state before an unfinished hard prune',
      leaveUnfinished,
    ],
    [
      'edge verify --node-check',
      'about to create a privileged pod on node worker-0 of SERVER, and delete it afterward',
    ],
  ])('%s says what it is about to do before its first change', async (command, line, prepare = () => {}) => {
    prepare();
    let text = '';
    await runCli([...command.split(' '), '-o', 'json', '-v', '6'], {
      kubeconfig: sandbox.kubeconfig.admin,
      onStderr: (chunk) => (text += chunk),
    });
    const [before, after] = text.split(`${line.replace('SERVER', sandbox.apiUrl)}\n`);
    expect(before).not.toMatch(CHANGES);
    expect(after).toMatch(CHANGES);
  });

  test('says nothing with --quiet', async () => {
    expect(await run('registry restart -q')).toMatchObject({ status: 0, stderr: '', header: '' });
  });
});
