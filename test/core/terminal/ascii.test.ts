import { isAsciiLocale } from '../../../src/core/terminal/ascii.js';
import { regadm } from '../../support/regadm.js';

test.each<[boolean, NodeJS.ProcessEnv]>([
  [false, {}],
  [true, { LC_ALL: 'C' }],
  [true, { LC_ALL: '', LC_CTYPE: 'POSIX', LANG: 'en_US.UTF-8' }],
  [true, { LANG: 'C' }],
  [false, { LC_ALL: 'C.UTF-8', LANG: 'C' }],
])('ASCII is %s with %o', (expected, env) => {
  expect(isAsciiLocale(env)).toBe(expected);
});

test.each([['config'], ['prune', 'images', '--help'], ['registry', 'status', '--help'], ['sandbox', '--help']])(
  'in a C locale, regadm %s %s writes only ASCII',
  async (...args) => {
    const { stdout } = await regadm(args.filter(Boolean), { env: { LC_ALL: 'C' } });
    expect(stdout).not.toBe('');
    expect(stdout).not.toMatch(/[^\0-\x7f]/);
  },
);
