import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requires } from '../../support/jest/requires.js';
import { assertReplaceable, readReplaceable, replaceFile } from '../../../src/core/kit/replace-file.js';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'regadm-replace-'));
  file = join(dir, 'a.prom');
});
afterEach(() => rmSync(dir, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('a new file can be read by all, whatever the umask says', () => {
  const umask = process.umask(0o077);
  try {
    replaceFile(file, 'new');
  } finally {
    process.umask(umask);
  }
  expect([readFileSync(file, 'utf8'), modeOf(file), readdirSync(dir)]).toEqual(['new', 0o644, ['a.prom']]);
});

test('an existing file keeps its mode, and is another file afterward', () => {
  writeFileSync(file, 'old');
  chmodSync(file, 0o640);
  const reader = join(dir, 'reader');
  linkSync(file, reader);
  replaceFile(file, 'new');
  expect([readFileSync(file, 'utf8'), modeOf(file)]).toEqual(['new', 0o640]);
  expect(readFileSync(reader, 'utf8')).toBe('old');
});

requires('root').test('root leaves a file to its owner', () => {
  writeFileSync(file, 'old');
  chownSync(file, 1234, 1234);
  replaceFile(file, 'new');
  expect([statSync(file).uid, statSync(file).gid]).toEqual([1234, 1234]);
});

requires('root').describe('another user', () => {
  /** Runs work as a user who owns nothing. */
  function asOther(work: () => void): void {
    process.seteuid!(1234);
    try {
      work();
    } finally {
      process.seteuid!(0);
    }
  }

  test('can replace a file in a directory that everybody can write to, and owns it then', () => {
    chmodSync(dir, 0o777);
    writeFileSync(file, 'old');
    asOther(() => replaceFile(file, 'new'));
    expect([readFileSync(file, 'utf8'), statSync(file).uid, modeOf(file)]).toEqual(['new', 1234, 0o644]);
  });

  test.each([
    ['of others in a directory like /tmp', 0o1777, 0o644, 'belongs to another user'],
    ['in a directory that only root can write to', 0o755, 0o666, 'EACCES'],
  ])('cannot replace a file %s, which the check finds', (_, directoryMode, mode, message) => {
    chmodSync(dir, directoryMode);
    writeFileSync(file, 'old');
    chmodSync(file, mode);
    asOther(() => {
      expect(() => assertReplaceable(file, 'new')).toThrow(message);
      expect(() => replaceFile(file, 'new')).toThrow(message);
    });
    expect([readFileSync(file, 'utf8'), readdirSync(dir)]).toEqual(['old', ['a.prom']]);
  });
});

test('a check changes nothing', () => {
  assertReplaceable(file, 'text');
  expect(readdirSync(dir)).toEqual([]);
  writeFileSync(file, 'old');
  assertReplaceable(file, 'text');
  expect([readFileSync(file, 'utf8'), readdirSync(dir)]).toEqual(['old', ['a.prom']]);
});

const symlink = (target: string) => (): void => symlinkSync(target, file);

test.each<[string, () => void, RegExp]>([
  ['a link to a file', () => (writeFileSync(join(dir, 'target'), 'old'), symlink('target')()), /symbolic link/],
  ['a link to nothing', symlink('missing'), /symbolic link/],
  ['a link to a device', symlink('/dev/full'), /symbolic link/],
  ['a directory', () => mkdirSync(file), /not a regular file/],
  ['a pipe', () => void execFileSync('mkfifo', [file]), /not a regular file/],
])('%s is not replaced, read or checked', (_, make, message) => {
  make();
  const before = readdirSync(dir);
  expect(() => replaceFile(file, 'new')).toThrow(message);
  expect(() => assertReplaceable(file, 'new')).toThrow(message);
  expect(() => readReplaceable(file, 100)).toThrow(message);
  expect(readdirSync(dir)).toEqual(before);
});

test.each(['/dev/full', '/dev/stdout', '/proc/a.prom', '/nonexistent/a.prom', '', 'a/'])('"%s" is refused', (name) => {
  expect(() => assertReplaceable(name, 'new')).toThrow();
});

test('reading stops at a limit, and a missing file is not an error', () => {
  expect(readReplaceable(file, 3)).toBeUndefined();
  writeFileSync(file, 'text');
  expect(readReplaceable(file, 4)).toBe('text');
  expect(() => readReplaceable(file, 3)).toThrow('longer than 3 bytes');
});
