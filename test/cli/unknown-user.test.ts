import { assumeUser } from '../../src/cli/unknown-user.js';
import { runCli } from '../support/cli.js';
import { requires } from '../support/jest/requires.js';

/** Becomes a user without an entry in /etc/passwd, who can read this checkout wherever it is. */
const AS_UNKNOWN =
  'unset HOME SHELL; exec setpriv --reuid 54321 --regid 54321 --clear-groups --inh-caps +dac_override --ambient-caps +dac_override "$@"';

requires('root').describe('a user without an entry in /etc/passwd, home directory and shell', () => {
  test.each([
    ['--version', /^regadm\//],
    ['prune images --help', /^Delete old tag items/],
    ['config', /./],
  ])('can run %s', async (line, expected) => {
    expect(await runCli(line.split(' '), { shell: AS_UNKNOWN })).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(expected) as string,
    });
  });

  test('gets the ordinary error without a kubeconfig', async () => {
    const { status, stderr } = await runCli(['prune', 'images'], { shell: AS_UNKNOWN });
    expect([status, stderr]).toEqual([1, expect.stringContaining('kubeconfig')]);
    expect(stderr).not.toContain('bug');
  });
});

test('what the environment names is not changed', () => {
  const env = { HOME: '/somewhere', SHELL: '/bin/zsh' };
  assumeUser(env);
  expect(env).toEqual({ HOME: '/somewhere', SHELL: '/bin/zsh' });
});
