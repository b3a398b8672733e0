import { readFileSync } from 'node:fs';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { regadm } from '../support/regadm.js';

const { commands } = JSON.parse(readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8')) as {
  commands: Record<string, { flags: Record<string, object> }>;
};
const withConfirm = Object.keys(commands).filter((id) => 'confirm' in commands[id]!.flags);

describe('--dry-run', () => {
  let sandbox: Sandbox;
  beforeAll(async () => void (sandbox = await startSandbox({ sample: true })));
  afterAll(() => sandbox.stop());
  const onSandbox = (...argv: string[]) => regadm([...argv, '--kubeconfig', sandbox.kubeconfig.admin]);

  test.each(['--dry-run', '--dry-run=true', '--dry-run=client', '--dry-run=server'])(
    'prune images %s is a dry run, with a hint that this is the default',
    async (flag) => {
      const before = sandbox.store.list('images').length;
      const { status, stdout, stderr } = await onSandbox('prune', 'images', flag, '-o', 'json');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ kind: 'ImagePrune', dryRun: true });
      expect(stderr).toContain('hint: --dry-run is the default; only --confirm makes changes\n');
      expect(sandbox.store.list('images')).toHaveLength(before);
    },
  );

  test('the hint follows the header', async () => {
    const { stdout } = await regadm(['prune', 'images', '--dry-run', '--kubeconfig', sandbox.kubeconfig.admin], {
      shell: '"$@" 2>&1 > /dev/null',
    });
    expect(stdout).toMatch(/^server: .*\nsettings: .*\nhint: --dry-run is the default/);
  });

  test('prune images --dry-run=foo is refused with the values that it takes', async () => {
    const { status, stderr } = await onSandbox('prune', 'images', '--dry-run=foo');
    expect(status).toBe(1);
    expect(stderr).toContain('must be client, server, true or false\n');
  });

  test.each(['--dry-run=none', '--dry-run=false'])('prune images %s is refused', async (flag) => {
    const { status, stderr } = await onSandbox('prune', 'images', flag);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: invalid argument "\w+" for "--dry-run" flag: the flag cannot ask for changes$/m);
    expect(stderr).toContain('pass --confirm');
  });

  test.each(withConfirm)('%s has it, and refuses it together with --confirm', async (id) => {
    const argument = /^(?:backup|restore)/.test(id) ? ['none', ...(id === 'restore' ? [] : ['--keep-within=7d'])] : [];
    const { status, stderr } = await onSandbox(...id.split(':'), ...argument, '--dry-run=client', '--confirm');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('error: --dry-run cannot be specified with --confirm\n') as string,
    });
  });

  test.each([
    [['prune', 'hard', '--recover'], '--recover'],
    [['prune', 'hard', '--print-job', '--image=quay.io/example/regadm'], '--print-job'],
  ])('%j refuses it', async (argv, other) => {
    const { status, stderr } = await onSandbox(...argv, '--dry-run');
    expect(status).toBe(1);
    expect(stderr).toContain(`error: ${other} cannot be specified with --dry-run\n`);
  });

  test('prune schedule --cronjob refuses it as an argument of a prune', async () => {
    const { status, stderr } = await onSandbox(
      ...['prune', 'schedule', '--cronjob', '--image=quay.io/example/regadm', '--images-arg=dry-run'],
    );
    expect(status).toBe(1);
    expect(stderr).toContain('--images-arg: --dry-run is not possible here');
  });

  test('registry restart accepts the values of kubectl, and refuses none', async () => {
    const { stdout } = await onSandbox('registry', 'restart', '--dry-run=server', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'RegistryRestart', dryRun: true });
    const { status, stderr } = await onSandbox('registry', 'restart', '--dry-run=none');
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('"none"') as string });
  });
});
