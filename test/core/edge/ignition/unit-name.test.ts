import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { escapeUnitPath } from '../../../../src/core/edge/ignition/unit-name.js';
import { requires } from '../../../support/jest/requires.js';

test.each([
  ['/var/lib/containers', 'var-lib-containers'],
  ['/var/imageregistry', 'var-imageregistry'],
  ['/dev/disk/by-partlabel/var-lib-containers', 'dev-disk-by\\x2dpartlabel-var\\x2dlib\\x2dcontainers'],
  ['/', '-'],
  ['//a//b/', 'a-b'],
  ['/.hidden/.b', '\\x2ehidden-.b'],
  ['/a b/c@d', 'a\\x20b-c\\x40d'],
  ['/dev/disk/by-path/pci-0000:01:00.0', 'dev-disk-by\\x2dpath-pci\\x2d0000:01:00.0'],
  ['/größe', 'gr\\xc3\\xb6\\xc3\\x9fe'],
])('escapes the path %s as %s', (path, escaped) => {
  expect(escapeUnitPath(path)).toBe(escaped);
});

requires('systemd-escape').test('escapes as systemd-escape does', () => {
  const part = fc.stringMatching(/^[ -.0-~äß]{1,12}$/).filter((text) => text !== '.' && text !== '..');
  const paths = fc
    .sample(fc.array(part, { minLength: 1, maxLength: 5 }), { numRuns: 300, seed: 7 })
    .map((parts) => `/${parts.join('/')}`);
  const escaped = execFileSync('systemd-escape', ['--path', '--', ...paths], { encoding: 'utf8' })
    .trim()
    .split(' ');
  expect(paths.map(escapeUnitPath)).toEqual(escaped);
});
