import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { requires } from '../support/jest/requires.js';
import { regadm } from '../support/regadm.js';

const NAMESPACE = 'openshift-image-registry';

requires('kubectl').describe('the List of prune schedule --cronjob, read by kubectl with validation', () => {
  let sandbox: Sandbox;
  beforeEach(async () => void (sandbox = await startSandbox({ sample: true, storage: 'none', rolloutStepMs: 5 })));
  afterEach(() => sandbox.stop());

  const user = (): string[] => ['--kubeconfig', sandbox.kubeconfig.admin];

  async function list(...args: string[]): Promise<string> {
    const { status, stdout } = await regadm(['prune', 'schedule', '--cronjob', ...args, ...user()]);
    expect(status).toBe(0);
    return stdout;
  }

  async function create(
    input: string,
    ...args: string[]
  ): Promise<{ status: number | null; out: string; error: string }> {
    const child = spawn('kubectl', [...user(), '--cache-dir', `${sandbox.dir}/cache`, 'create', '-f', '-', ...args]);
    child.stdin.end(input);
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    const [out, error, status] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    return { status, out, error };
  }

  test.each([
    ['alone', []],
    ['with everything', ['--with', 'builds,deployments', '--replica-sets', '--with-alert']],
  ])('passes a client and a server dry run, and is created: %s', async (_name, args) => {
    const printed = await list(...args);
    const kinds = printed.match(/^ {4}kind: \w+$/gm)!.length;
    for (const mode of ['client', 'server']) {
      const { status, out, error } = await create(printed, `--dry-run=${mode}`);
      expect({ status, error }).toEqual({ status: 0, error: '' });
      expect(out.trim().split('\n')).toHaveLength(kinds);
      expect(sandbox.store.get('cronjobs', NAMESPACE, 'regadm-image-pruner')).toBeUndefined();
    }
    expect(await create(printed)).toMatchObject({ status: 0, error: '' });
    const run = await regadm(['prune', 'schedule', '--run-now', ...user()]);
    expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('Summary: deleted 1 images') as string });
  });

  test.each([
    ['schedule', 'shedule'],
    ['readOnlyRootFilesystem', 'readOnlyRootFileSystem'],
    ['policyTypes', 'policyType'],
    ['roleRef', 'role'],
    ['resources', 'resource'],
    ['expr', 'expression'],
  ])('is refused with a misspelled field: %s', async (field, misspelled) => {
    const printed = await list('--with', 'builds,deployments', '--replica-sets', '--with-alert');
    const wrong = printed.replace(new RegExp(`^( *(?:- )?)${field}:`, 'm'), `$1${misspelled}:`);
    expect(wrong).not.toBe(printed);
    for (const args of [['--dry-run=client'], ['--dry-run=server'], []]) {
      const { status, error } = await create(wrong, ...args);
      expect(status).toBe(1);
      expect(error).toContain(`unknown field "${misspelled}"`);
    }
    expect(sandbox.store.get('cronjobs', NAMESPACE, 'regadm-image-pruner')).toBeUndefined();
  });
});
