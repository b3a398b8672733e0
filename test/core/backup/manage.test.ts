import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackupToShrink, type ShrinkableBackup } from '../../../src/core/backup-directory/manage.js';
import { openBackupForWriting } from '../../../src/core/backup-directory/open.js';
import { ownIdentity } from '../../../src/core/backup-directory/process-identity.js';
import { readContents } from '../../../src/core/backup/contents/read-contents.js';
import { listBackup } from '../../../src/core/backup/list/list.js';
import { backupOutput } from '../../../src/core/backup/list/output.js';
import { planBackupPrune } from '../../../src/core/backup/plan/plan.js';
import { execute } from '../../../src/core/backup/prune/execute.js';
import { planOnly, pruneBackup, type BackupPruneRequest } from '../../../src/core/backup/prune/prune.js';
import { summarize } from '../../../src/core/backup/prune/report.js';
import { backupPruneOutput } from '../../../src/core/backup/prune/output.js';
import { backupVerificationOutput } from '../../../src/core/backup/verify/output.js';
import { styles } from '../../../src/core/terminal/color.js';
import { verifyBackup } from '../../../src/core/backup/verify/verify.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { digestOf, manifestOf, nameOf, writeRun, type WrittenImage } from '../../support/written-backups.js';

const DAY = 24 * 3_600_000;
const reading = { reporter: SILENT, signal: new AbortController().signal };
const ago = (days: number): string => new Date(Date.now() - days * DAY).toISOString();
const within = (days: number): BackupPruneRequest => ({
  directory: dir,
  keepWithin: `${days}d`,
  keepWithinMs: days * DAY,
});

const OLD: WrittenImage = { config: 'c-old', layers: ['base', 'old layer'], tag: 'shop/app:latest', position: 2 };
const NEW: WrittenImage = { config: 'c-new', layers: ['base', 'new layer'], tag: 'shop/app:latest', position: 1 };
const CHILD: WrittenImage = { config: 'c-child', layers: ['base', 'child layer'] };
const INDEX: WrittenImage = { config: '', layers: [], children: [CHILD], tag: 'shop/multi:v1' };

let dir: string;
beforeEach(async () => {
  dir = join(mkdtempSync(join(tmpdir(), 'regadm-manage-')), 'backup');
  await writeRun(dir, ago(20), [OLD, { ...INDEX, tag: undefined }, CHILD]);
  await writeRun(dir, ago(1), [NEW, INDEX]);
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true }));

const REWRITTEN = new Set(['index.json', 'oci-layout', 'backup.json']);
const blobFile = (text: string): string => `blobs/sha256/${digestOf(text).slice(7)}`;
const runs = (): string[] => readdirSync(join(dir, 'regadm/runs')).sort();

/** Size of all files, except for those that are written again. */
function sizeOfTree(): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile() && !REWRITTEN.has(entry.name))
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

async function damage(): Promise<{ files: string[]; images: string[] }> {
  const { damaged, images } = await verifyBackup(dir, reading);
  return {
    files: damaged.map(({ file, message }) => `${file}: ${message}`),
    images: images.map(({ entry }) => entry.name),
  };
}

/** Makes the lock of this process that of a process that was killed. */
async function abandonLock(): Promise<void> {
  const process = { ...(await ownIdentity()), startTicks: '1' };
  writeFileSync(join(dir, 'regadm/lock'), JSON.stringify({ id: 'x', process, since: '2026-01-01T00:00:00Z' }));
}

test('list shows what each run saved, with true sizes', async () => {
  const report = await listBackup(dir, reading);
  const { contents } = report;
  expect(contents.entries.map(({ name, run, tags }) => [name, run.id, tags.map(({ tag }) => tag)]).sort()).toEqual(
    [
      [nameOf(OLD), runs()[0], ['latest']],
      [nameOf(NEW), runs()[1], ['latest']],
      [nameOf(CHILD), runs()[0], []],
      [nameOf(INDEX), runs()[0], []],
      [nameOf(INDEX), runs()[1], ['v1']],
    ].sort(),
  );
  const document = JSON.parse(JSON.stringify(await backupOutput.document(report))) as {
    fields: { summary: Record<string, number> };
  };
  const shared = ['base', 'c-child', 'child layer', manifestOf(CHILD)].join('').length;
  expect(document.fields.summary).toEqual({ images: 4, blobs: 11, bytes: sizeOfTree(), sharedBytes: shared });
});

test('tables fit into 80 columns, with whole digests', async () => {
  writeFileSync(join(dir, blobFile('base')), 'bAse');
  const layout = { wide: false, width: 80, styles: styles(false), now: Date.now() };
  const { table: listed } = backupOutput;
  const { table: verified } = backupVerificationOutput;
  const { table: pruned } = backupPruneOutput;
  const lines = [
    ...(await listed(await listBackup(dir, reading), layout)),
    ...(await verified(await verifyBackup(dir, reading), layout)),
    ...(await pruned(await planOnly(within(14), reading), layout)),
  ];
  const text = lines.join('');
  for (const image of [OLD, NEW, INDEX, CHILD]) expect(text).toContain(`\n${nameOf(image)}\n`);
  expect(text.split('\n').filter((line) => line.length > 80 && line.includes(' ', 2))).toEqual([]);
});

test('a whole backup verifies, and every single damage is found', async () => {
  expect(await damage()).toEqual({ files: [], images: [] });
  const path = join(dir, blobFile('base'));
  writeFileSync(path, 'bAse');
  const all = [NEW, OLD, CHILD, INDEX, INDEX].map(nameOf).sort();
  const different = 'its content does not match its digest';
  expect(await damage()).toEqual({ files: [`${blobFile('base')}: ${different}`], images: all });
  rmSync(path);
  expect(await damage()).toEqual({ files: [`${blobFile('base')}: it does not exist`], images: all });
  symlinkSync(join(dir, blobFile('c-new')), path);
  expect((await damage()).files).toEqual([`${blobFile('base')}: it does not exist`]);
  rmSync(path);
  writeFileSync(path, 'base');
  writeFileSync(join(dir, blobFile(manifestOf(CHILD))), '{');
  expect(await damage()).toEqual({
    files: [`${blobFile(manifestOf(CHILD))}: ${different}`],
    images: [CHILD, INDEX, INDEX].map(nameOf).sort(),
  });
  expect((await listBackup(dir, reading)).unreadable).toEqual([`manifest ${nameOf(CHILD)}: ${different}`]);
});

test.each([
  ['oci-layout', (text: string) => text.replace('1.0.0', '9'), 'oci-layout: it does not state the version'],
  ['index.json', (text: string) => text.slice(0, -9), 'index.json: '],
  ['index.json', (text: string) => text.replace('app@', 'apq@'), 'index.json: it does not list 1 image as saved'],
  ['index.json', (text: string) => text.replace('app@', 'apq@'), 'index.json: it lists 1 manifest that no run saved'],
  ['images.jsonl', (text: string) => text.replace('Image', 'Imagf'), 'images.jsonl, line 1: its checksum'],
  ['run.json', (text: string) => text.replace('api', 'apj'), 'run.json: its checksum'],
  ['streams.jsonl', () => '', 'streams.jsonl: it has 0 records instead of 1'],
])('damage of %s is found (%#)', async (name, change, expected) => {
  const path = name.includes('json') && name !== 'index.json' ? join('regadm/runs', runs()[0]!, name) : name;
  const text = readFileSync(join(dir, path), 'utf8');
  writeFileSync(join(dir, path), change(text));
  expect((await damage()).files).toContainEqual(expect.stringContaining(expected));
  // What cannot be read stops a prune before it removes anything.
  if (name === 'oci-layout' || expected.includes('does not list')) return;
  const before = sizeOfTree();
  await expect(pruneBackup(within(14), reading)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  expect(sizeOfTree()).toBe(before);
});

test.each([
  ['is empty', (path: string) => writeFileSync(path, ''), 'it has 0 records instead of'],
  ['is missing', (path: string) => rmSync(path), 'it does not exist'],
  ['is a link', (path: string) => (rmSync(path), symlinkSync(join(dir, 'index.json'), path)), 'it is a symbolic link'],
  [
    'is altered',
    (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('app@', 'apq@')),
    'its checksum',
  ],
])('the file of descriptors is named, not index.json, if it %s', async (_, change, expected) => {
  const file = join('regadm/runs', runs()[1]!, 'descriptors.jsonl');
  change(join(dir, file));
  expect((await damage()).files).toEqual([expect.stringMatching(new RegExp(`^${file}(, line 1)?: ${expected}`))]);
});

test('prune removes old runs and what only they need; twice changes nothing', async () => {
  const before = sizeOfTree();
  const dry = await planOnly(within(14), reading);
  expect(sizeOfTree()).toBe(before);
  const report = await pruneBackup(within(14), reading);
  expect(summarize(report)).toEqual(summarize(dry));
  expect(summarize(report)).toMatchObject({ images: 2, removed: { runs: 1, images: 2, blobs: 3, files: 4 } });
  expect(before - sizeOfTree()).toBe(summarize(report).removed.bytes);
  expect(sizeOfTree()).toBe(summarize(report).bytes);
  expect(existsSync(join(dir, blobFile('old layer')))).toBe(false);
  expect(await damage()).toEqual({ files: [], images: [] });
  expect(runs()).toHaveLength(1);
  expect(summarize(await pruneBackup(within(14), reading)).removed).toEqual({
    ...{ runs: 0, images: 0, blobs: 0, files: 0, bytes: 0 },
  });
});

test('a prune that is killed at any step leaves a whole backup, and the next one completes it', async () => {
  let steps = 0;
  for (let last = 0; steps >= last; last++) {
    rmSync(dir, { recursive: true });
    await writeRun(dir, ago(20), [OLD]);
    await writeRun(dir, ago(1), [NEW]);
    const backup = await openBackupToShrink(dir);
    steps = 0;
    const step = async <T>(act: () => Promise<T>): Promise<T> => {
      if (++steps > last) throw new Error('killed');
      return act();
    };
    const dying: ShrinkableBackup = {
      ...backup,
      writeIndex: (kept) => step(() => backup.writeIndex(kept)),
      removeRun: (id) => step(() => backup.removeRun(id)),
      removeBlob: (digest) => step(() => backup.removeBlob(digest)),
      removeTemporary: () => step(() => backup.removeTemporary()),
    };
    const contents = await readContents(backup, reading);
    const plan = planBackupPrune(contents, { now: Date.now(), keepWithinMs: 14 * DAY });
    await execute(dying, plan, reading).catch(() => undefined);
    await abandonLock();
    expect(await damage()).toEqual({ files: [], images: [] });
    await backup.close();
    await pruneBackup(within(14), reading);
    expect(await damage()).toEqual({ files: [], images: [] });
    expect(runs()).toHaveLength(1);
    expect(readdirSync(join(dir, 'blobs/sha256'))).toHaveLength(4);
  }
});

test('what a kept run needs is kept, and files of others', async () => {
  // A later run removed a tag item of an image that the cluster had then, and that only the old run saved.
  await writeRun(dir, ago(0.5), [{ ...OLD, isKept: true }]);
  expect((await planOnly(within(14), reading)).plan.removed).toEqual([]);
  rmSync(join(dir, 'regadm/runs', runs()[2]!), { recursive: true });
  await writeRun(dir, new Date(Date.now() + DAY).toISOString(), [{ ...OLD, hasContent: false }]);
  writeFileSync(join(dir, 'notes.txt'), 'x');
  writeFileSync(join(dir, 'blobs/sha256/README'), 'x');
  writeFileSync(join(dir, 'regadm/tmp/half'), 'x');
  mkdirSync(join(dir, 'regadm/runs/mine'));
  const { leftovers, unrecognized } = await verifyBackup(dir, reading);
  expect({ leftovers, unrecognized }).toEqual({
    leftovers: ['regadm/tmp/half'],
    unrecognized: ['blobs/sha256/README', 'notes.txt', 'regadm/runs/mine'],
  });
  await pruneBackup(within(0), reading);
  // A run in the future stays, with blobs that it may need.
  expect(runs()).toHaveLength(2);
  expect(existsSync(join(dir, blobFile('old layer')))).toBe(true);
  expect(existsSync(join(dir, blobFile('new layer')))).toBe(false);
  expect((await verifyBackup(dir, reading)).unrecognized).toEqual(unrecognized);
  expect(readdirSync(join(dir, 'regadm/tmp'))).toEqual([]);
});

test('a run with a file that regadm did not write is kept', async () => {
  writeFileSync(join(dir, 'regadm/runs', runs()[0]!, 'notes.txt'), 'x');
  const { plan } = await pruneBackup(within(14), reading);
  expect(plan.kept[0]!.reason).toContain('notes.txt is not a file of regadm');
  expect(runs()).toHaveLength(2);
});

test('a run that was killed before it wrote index.json is not damage; the next writer completes it', async () => {
  writeFileSync(join(dir, 'index.json'), '{"schemaVersion":2,"manifests":[]}');
  expect((await damage()).files).toEqual(['index.json: it does not list 3 images as saved']);
  await abandonLock();
  expect(await verifyBackup(dir, reading)).toMatchObject({ damaged: [], interrupted: true });
  await (await openBackupForWriting(dir)).close();
  expect(await damage()).toEqual({ files: [], images: [] });
});

test('while another process writes, nothing is checked or removed', async () => {
  const writer = await openBackupForWriting(dir);
  for (const run of [
    () => verifyBackup(dir, reading),
    () => planOnly(within(0), reading),
    () => pruneBackup(within(0), reading),
  ])
    await expect(run()).rejects.toMatchObject({ code: 'BACKUP_LOCKED', exitCode: 4 });
  expect((await listBackup(dir, reading)).contents.runs).toHaveLength(2);
  await writer.close();
});

test('a blob that cannot be removed is reported, and the rest is removed', async () => {
  const path = join(dir, blobFile('old layer'));
  const backup = await openBackupToShrink(dir);
  const refused = Object.assign(new Error('x'), { code: 'EACCES' });
  const failing: ShrinkableBackup = {
    ...backup,
    removeBlob: (digest) => (path.endsWith(digest.slice(7)) ? Promise.reject(refused) : backup.removeBlob(digest)),
  };
  const plan = planBackupPrune(await readContents(backup, reading), { now: Date.now(), keepWithinMs: 14 * DAY });
  const { blobs, failures } = await execute(failing, plan, reading);
  await backup.close();
  expect(failures).toEqual([{ target: `blob ${digestOf('old layer')}`, message: 'permission denied' }]);
  expect(blobs.map(({ status }) => status).sort()).toEqual(['deleted', 'deleted', 'failed']);
});

test('a signal ends a verification and a prune', async () => {
  const controller = new AbortController();
  controller.abort(new Error('interrupted'));
  const aborted = { ...reading, signal: controller.signal };
  await expect(verifyBackup(dir, aborted)).rejects.toThrow('interrupted');
  await expect(pruneBackup(within(0), aborted)).rejects.toThrow('interrupted');
  expect(runs()).toHaveLength(2);
});
