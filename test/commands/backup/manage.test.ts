import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCli, type CliResult } from '../../support/cli.js';
import { requires } from '../../support/jest/requires.js';
import { schemaName, schemaProblems } from '../../support/json-schema.js';
import { digestOf, nameOf, writeRun, type WrittenImage } from '../../support/written-backups.js';

const DAY = 24 * 3_600_000;
const OLD: WrittenImage = { config: '{}', layers: ['base', 'old'], tag: 'shop/app:latest', position: 2 };
const NEW: WrittenImage = { config: '{ }', layers: ['base', 'new'], tag: 'shop/app:latest', position: 1 };

const problemsIn = (document: { kind: string }): string[] => schemaProblems(schemaName(document.kind), document);

let dir: string;
beforeEach(async () => {
  dir = join(mkdtempSync(join(tmpdir(), 'regadm-manage-')), 'backup');
  await writeRun(dir, new Date(Date.now() - 20 * DAY).toISOString(), [OLD]);
  await writeRun(dir, new Date(Date.now() - DAY).toISOString(), [NEW]);
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true }));

const backup = (...args: string[]): Promise<CliResult> => runCli(['backup', ...args]);

test('list names every image in whole', async () => {
  const { status, stdout } = await backup('list', dir);
  expect(status).toBe(0);
  expect(stdout).toContain('2 images from 2 runs: 7 blobs, ');
  expect(stdout).toContain(
    `${nameOf(OLD)}\n  shop/app:latest (position 2)\n  saved 20d ago from https://api.example.com:6443\n`,
  );
  // The flags of prune images are accepted, and no cluster is contacted.
  const same = await backup(
    'list',
    dir,
    '--server=https://nowhere.invalid',
    '--token=t',
    '--registry-url=r.invalid',
    '-o',
    'name',
  );
  expect(same).toMatchObject({ status: 0, stderr: '' });
  expect(same.stdout.split('\n').sort()).toEqual(
    ['', ...[OLD, NEW].map((image) => `image.image.openshift.io/${nameOf(image)}`)].sort(),
  );
});

test('verify exits with 2 on damage, and names the file and its images', async () => {
  expect(await backup('verify', dir)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Everything is there and undamaged.') as string,
  });
  const file = `blobs/sha256/${digestOf('old').slice(7)}`;
  writeFileSync(join(dir, file), 'odd');
  const { status, stdout } = await backup('verify', dir);
  expect(status).toBe(2);
  expect(stdout).toContain(`${file}: its content does not match its digest`);
  expect(stdout).toContain(`Images that need them\n${nameOf(OLD)}\n`);
  const json = JSON.parse((await backup('verify', dir, '-o', 'json')).stdout) as {
    kind: string;
    images: { name: string }[];
  };
  expect(problemsIn(json)).toEqual([]);
  expect(json.images.map(({ name }) => name)).toEqual([nameOf(OLD)]);
});

test('prune is a dry run without --confirm, and its documents fit their schemas', async () => {
  const dry = await backup('prune', dir, '--keep-within=14d', '-o', 'json', '--detailed-exitcode');
  expect(dry.status).toBe(2);
  expect(problemsIn(JSON.parse(dry.stdout) as { kind: string })).toEqual([]);
  expect(readdirSync(join(dir, 'regadm/runs'))).toHaveLength(2);
  const { status, stdout } = await backup('prune', dir, '--keep-within=14d', '--confirm');
  expect(status).toBe(0);
  expect(stdout).toMatch(/Removed: 1 run, 1 image, 3 blobs, 4 other files, .*\nKept: 1 image, 4 blobs, /);
  const listed = JSON.parse((await backup('list', dir, '-o', 'json')).stdout) as {
    kind: string;
    images: { name: string }[];
  };
  expect(problemsIn(listed)).toEqual([]);
  expect(listed.images.map(({ name }) => name)).toEqual([nameOf(NEW)]);
  expect((await backup('prune', dir, '--keep-within=14d')).stdout).toContain('Nothing to remove');
});

test('directories that are not a backup, and bad flags, are refused', async () => {
  const other = join(dir, '../layout');
  mkdirSync(other);
  writeFileSync(join(other, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const file = join(dir, '../file');
  writeFileSync(file, '');
  const refused: [string[], string][] = [
    [['list', `${dir}-none`], 'no such directory'],
    [['verify', file], 'it is not a directory'],
    [['prune', other, '--keep-within=1d', '--confirm'], 'it has no regadm/backup.json'],
    [['prune', dir], '--keep-within is required'],
    [['prune', dir, '--keep-within=soon'], 'not a duration'],
    [['verify'], 'specify the directory of a backup'],
  ];
  for (const [args, message] of refused) {
    const { status, stderr } = await backup(...args);
    expect({ args, status, stderr }).toEqual({ args, status: 1, stderr: expect.stringContaining(message) as string });
  }
  writeFileSync(join(dir, 'regadm/backup.json'), '{"kind":"BackupDirectory","version":2}');
  expect((await backup('list', dir)).stderr).toContain('it has version 2 of the format');
});

requires('skopeo').test('skopeo copies what a prune left', async () => {
  expect((await backup('prune', dir, '--keep-within=14d', '--confirm')).status).toBe(0);
  const target = join(dir, '../copy');
  await promisify(execFile)('skopeo', ['copy', `oci:${dir}:shop/app@${nameOf(NEW)}`, `dir:${target}`]);
  expect(readdirSync(target)).toContain(digestOf('new').slice(7));
});
