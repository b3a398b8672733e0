import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readArchive } from '../../../../../src/core/prune/gather/saved/archive.js';
import { LIMITS } from '../../../../../src/core/prune/gather/saved/limits.js';

let dir: string;
let archive: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'regadm-archive-'));
  archive = path.join(dir, 'lists.tar.gz');
  mkdirSync(path.join(dir, 'tree'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Reads an archive of files. @returns the files with their lengths, and those that cannot be read */
async function read(files: Record<string, string>, limits: Partial<typeof LIMITS> = {}): Promise<object> {
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(dir, 'tree', file), text);
  execFileSync('tar', ['--sort=name', '-czf', archive, '-C', path.join(dir, 'tree'), '.']);
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
