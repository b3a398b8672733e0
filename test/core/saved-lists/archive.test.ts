import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readArchive } from '../../../src/core/saved-lists/archive.js';
import { LIMITS } from '../../../src/core/saved-lists/limits.js';

let dir: string;
let archive: string;
let flags: string[];
beforeEach(() => {
  flags = [];
  dir = mkdtempSync(path.join(tmpdir(), 'regadm-archive-'));
  archive = path.join(dir, 'lists.tar.gz');
  mkdirSync(path.join(dir, 'tree'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Reads an archive of files. @returns the files with their lengths, and those that cannot be read */
async function read(files: Record<string, string>, limits: Partial<typeof LIMITS> = {}): Promise<object> {
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(dir, 'tree', file), text);
  execFileSync('tar', [...flags, '--sort=name', '-czf', archive, '-C', path.join(dir, 'tree'), '.']);
  const found: Record<string, number | string> = {};
  await readArchive(
    archive,
    {
      wants: (file) => file.endsWith('.yaml'),
      file: (file, text) => void (found[file] = text.length),
      unreadable: (file, message) => void (found[file] = message),
    },
    { ...LIMITS, ...limits },
  );
  return found;
}

test('reads the files that matter, also with long names, and skips the others', async () => {
  const long = `${'x'.repeat(200)}.yaml`;
  const files = { 'a.yaml': 'a', 'b.log': 'b'.repeat(1_000_000), [long]: 'c'.repeat(100_000) };
  await expect(read(files)).resolves.toEqual({ 'a.yaml': 1, [long]: 100_000 });
});

test('a file that is too large is named, and the others are read', async () => {
  const files = { 'a.yaml': 'a'.repeat(2000), 'b.yaml': 'b' };
  await expect(read(files, { yaml: 1000 })).resolves.toMatchObject({
    'a.yaml': expect.stringContaining('save it as JSON') as string,
    'b.yaml': 1,
  });
});

test.each([
  ['everything', { archive: 1024 ** 2 }, 'it has more than'],
  ['the files that matter', { archiveText: 1024 }, 'extract it, and pass the directory'],
  ['the number of entries', { archiveEntries: 2 }, 'it has more than 2 entries'],
])('the size of %s is limited', async (_what, limits, message) => {
  const files = { 'a.yaml': 'a'.repeat(1000), 'b.yaml': 'b'.repeat(1000), 'c.log': 'c'.repeat(2 * 1024 ** 2) };
  await expect(read(files, limits)).rejects.toThrow(message);
});

test('what tar stores in other ways than as a plain file is named', async () => {
  writeFileSync(path.join(dir, 'tree', 'a.yaml'), 'a');
  linkSync(path.join(dir, 'tree', 'a.yaml'), path.join(dir, 'tree', 'b.yaml'));
  symlinkSync('a.yaml', path.join(dir, 'tree', 'c.yaml'));
  symlinkSync('..', path.join(dir, 'tree', 'd'));
  writeFileSync(path.join(dir, 'tree', 'e.yaml'), '');
  truncateSync(path.join(dir, 'tree', 'e.yaml'), 1_000_000);
  flags = ['--sparse'];
  await expect(read({})).resolves.toEqual({
    'a.yaml': 1,
    'b.yaml': 'is a hard link to another entry of the archive',
    'c.yaml': 'is a link, which is not followed',
    d: 'is a link, which is not followed',
    'e.yaml': expect.stringContaining('is stored as a sparse file') as string,
  });
});

test('sparse files of the pax format are named, too', async () => {
  const file = path.join(dir, 'tree', 'e.yaml');
  writeFileSync(file, '');
  truncateSync(file, 1_000_000);
  flags = ['--sparse', '--format=pax'];
  const found = Object.values(await read({}));
  expect(found).toEqual([expect.stringContaining('is stored as a sparse file')]);
});
