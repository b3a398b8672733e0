import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { requires } from '../support/jest/requires.js';
import { regadm } from '../support/regadm.js';

const NAMESPACE = 'openshift-image-registry';

// test/commands/prune/schedule-cronjob-create.test.ts shows that kubectl accepts the List as it is printed.
requires('kubectl').describe('the List of prune schedule --cronjob, read by kubectl with validation', () => {
  let sandbox: Sandbox;
  beforeEach(async () => void (sandbox = await startSandbox({ operator: true })));
  afterEach(() => sandbox.stop());

  const user = (): string[] => ['--kubeconfig', sandbox.kubeconfig.admin];

  async function list(...args: string[]): Promise<string> {
    return (await regadm(['prune', 'schedule', '--cronjob', ...args, ...user()])).stdout;
  }

  async function create(input: string, ...args: string[]): Promise<{ status: number | null; error: string }> {
    const child = spawn('kubectl', [...user(), '--cache-dir', `${sandbox.dir}/cache`, 'create', '-f', '-', ...args]);
    child.stdin.end(input);
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    child.stdout.resume();
    const [error, status] = await Promise.all([text(child.stderr), closed]);
    return { status, error };
  }

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
