import { createHash } from 'node:crypto';
import {
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
import { assertSameCluster } from '../../../src/core/backup-directory/cluster-identity.js';
import { openBackup, openBackupForWriting, type Backup } from '../../../src/core/backup-directory/open.js';
import { inspectPlace } from '../../../src/core/backup-directory/place.js';
import type { Descriptor, SavedImage } from '../../../src/core/backup-directory/records.js';
import type { RunHeader } from '../../../src/core/backup-directory/runs.js';
import { sha256Digest, type Digest } from '../../../src/core/model/digest.js';
import type { RepositoryName } from '../../../src/core/model/names/repository-name.js';

let parent: string;
let dir: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'regadm-backup-'));
  dir = join(parent, 'backup');
});
afterEach(() => rmSync(parent, { recursive: true }));

const digestOf = (text: string): Digest => sha256Digest(createHash('sha256').update(text).digest('hex'));
const APP = 'shop/app' as RepositoryName;

function header(startedAt: string): RunHeader {
  return { startedAt, server: 'https://api', cluster: { uid: 'c1', streams: ['s1'] } };
}

function image(text: string): SavedImage {
  const metadata = { name: digestOf(text), labels: { team: 'shop' } };
  return { object: { kind: 'Image', apiVersion: 'image.openshift.io/v1', metadata }, hasContent: true };
}

function descriptor(text: string, tags: string): Descriptor {
  const digest = digestOf(text);
  const annotations = { 'org.opencontainers.image.ref.name': `${APP}@${digest}`, 'regadm/tags': tags };
  return { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: text.length, annotations };
}

/** Saves one image per text, as a run does. */
async function save(startedAt: string, texts: string[], tags = 'latest'): Promise<void> {
  const backup = await openBackupForWriting(dir);
  const run = await backup.startRun(header(startedAt));
  for (const text of texts) {
    await backup.blobs.write(digestOf(text), [Buffer.from(text)], text.length);
    await run.add('image', image(text));
    await run.add('descriptor', descriptor(text, tags));
    const item = { tag: 'latest', position: 3, image: digestOf(text), created: '2026-01-01T00:00:00Z', reference: 'r' };
    await run.add('stream', { repository: APP, uid: 's1', items: [item] });
  }
  await backup.commit(run);
  await run.close();
  await backup.close();
}

async function imagesOf(backup: Backup): Promise<string[]> {
  const names: string[] = [];
  for (const run of await backup.runs())
    for await (const { object } of backup.records(run, 'image')) names.push(object.metadata.name);
  return names;
}

test('a run appears as a whole, and another one extends the directory', async () => {
  await save('2026-01-01T00:00:00Z', ['one', 'two']);
  await save('2026-01-02T00:00:00Z', ['two', 'three'], 'v1');
  const backup = await openBackup(dir);
  expect(await imagesOf(backup)).toEqual(['one', 'two', 'two', 'three'].map(digestOf));
  expect(await backup.blobs.has(digestOf('one'), 3)).toBe(true);
  expect(await backup.blobs.has(digestOf('one'), 4)).toBe(false);
  expect(String(await backup.blobs.readManifest(digestOf('three')))).toBe('three');
  await backup.close();
  const index = JSON.parse(readFileSync(join(dir, 'index.json'), 'utf8')) as { manifests: Descriptor[] };
  expect(index.manifests.map(({ digest, annotations }) => [digest, annotations?.['regadm/tags']])).toEqual([
    [digestOf('two'), 'v1'],
    [digestOf('three'), 'v1'],
    [digestOf('one'), 'latest'],
  ]);
  expect(readdirSync(dir).sort()).toEqual(['blobs', 'index.json', 'oci-layout', 'regadm']);
  expect(readdirSync(join(dir, 'regadm')).sort()).toEqual(['backup.json', 'runs', 'tmp']);
  expect(statSync(join(dir, 'index.json')).mode & 0o777).toBe(0o600);
});

test('a run that was not committed does not count, and its files are removed by the next one', async () => {
  const killed = await openBackupForWriting(dir);
  const run = await killed.startRun(header('2026-01-01T00:00:00Z'));
  await run.add('image', image('one'));
  writeFileSync(join(dir, 'regadm/tmp/0123.abcd'), 'half');
  await run.close();
  await killed.close();
  await save('2026-01-02T00:00:00Z', ['two']);
  const backup = await openBackup(dir);
  expect(await imagesOf(backup)).toEqual([digestOf('two')]);
  await backup.close();
  expect(readdirSync(join(dir, 'regadm/tmp'))).toEqual([]);
});

test('a blob with another content or size is not written', async () => {
  const backup = await openBackupForWriting(dir);
  const content = [Buffer.from('other')];
  await expect(backup.blobs.write(digestOf('one'), content)).rejects.toThrow('its content does not match its digest');
  await expect(backup.blobs.write(digestOf('other'), content, 4)).rejects.toThrow('longer than the 4 bytes stated');
  await expect(backup.blobs.write(digestOf('other'), content, 6)).rejects.toThrow('it has 5 bytes instead of 6');
  expect(await backup.blobs.size(digestOf('other'))).toBeUndefined();
  expect(readdirSync(join(dir, 'regadm/tmp'))).toEqual([]);
  await backup.close();
});

test('damage is found by checksums and counts, and named', async () => {
  await save('2026-01-01T00:00:00Z', ['one', 'two']);
  const [id] = readdirSync(join(dir, 'regadm/runs'));
  const file = join(dir, 'regadm/runs', id!, 'images.jsonl');
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, whole.replace('shop', 'shoq'));
  const backup = await openBackup(dir);
  await expect(imagesOf(backup)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  const found: string[] = [];
  const [run] = await backup.runs();
  for await (const { object } of backup.records(run!, 'image', (name) => found.push(name)))
    expect(object.metadata.name).toBe(digestOf('two'));
  expect(found).toEqual([`regadm/runs/${id}/images.jsonl, line 1`]);
  writeFileSync(file, whole.slice(0, whole.indexOf('\n') + 1));
  await expect(imagesOf(backup)).rejects.toThrow('it has 1 records instead of 2');
  await backup.close();
});

test.each([
  ['a file', () => writeFileSync(dir, ''), 'it is not a directory'],
  ['a directory of something else', () => (mkdirSync(dir), writeFileSync(join(dir, 'x'), '')), 'it contains x'],
  ['a later version', () => writeVersion(2), 'it has version 2 of the format'],
  [
    'a link in place of regadm/',
    () => (mkdirSync(dir), symlinkSync('/tmp', join(dir, 'regadm'))),
    'it contains regadm',
  ],
  ['a parent that does not exist', () => (dir = join(dir, 'a/b')), 'no such directory'],
])('%s is refused', async (_, prepare, problem) => {
  prepare();
  await expect(openBackupForWriting(dir)).rejects.toThrow(problem);
  await expect(inspectPlace(dir)).rejects.toThrow(problem);
});

function writeVersion(version: number): void {
  mkdirSync(join(dir, 'regadm'), { recursive: true });
  writeFileSync(join(dir, 'regadm/backup.json'), JSON.stringify({ kind: 'BackupDirectory', version }));
}

test('symbolic links below the directory are not followed', async () => {
  await save('2026-01-01T00:00:00Z', ['one']);
  const outside = join(parent, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'two');
  symlinkSync(join(outside, 'secret'), join(dir, 'blobs/sha256', digestOf('two').slice(7)));
  const backup = await openBackup(dir);
  expect(await backup.blobs.size(digestOf('two'))).toBeUndefined();
  await expect(backup.blobs.open(digestOf('two'))).rejects.toThrow('symbolic link');
  await backup.close();
  rmSync(join(dir, 'blobs'), { recursive: true });
  symlinkSync(outside, join(dir, 'blobs'));
  const writable = await openBackupForWriting(dir);
  await expect(writable.blobs.write(digestOf('one'), [Buffer.from('one')])).rejects.toThrow('is not a directory');
  await writable.close();
  expect(readdirSync(outside)).toEqual(['secret']);
});

test('a place is inspected without writing', async () => {
  const place = await inspectPlace(dir);
  expect(place).toEqual({ freeBytes: expect.any(Number) as number, blockBytes: expect.any(Number) as number });
  expect(place.blockBytes).toBeLessThanOrEqual(4096);
  expect(readdirSync(parent)).toEqual([]);
  await save('2026-01-01T00:00:00Z', ['one']);
  const { backup } = await inspectPlace(dir);
  expect(await imagesOf(backup!)).toEqual([digestOf('one')]);
  await backup!.close();
});

test('the cluster is known by its uid, else by its streams', () => {
  const runs = [header('2026-01-01T00:00:00Z')];
  const check = (uid: string | undefined, ...streams: string[]): void =>
    assertSameCluster(
      runs,
      { uid, hasStream: (stream) => streams.includes(stream) },
      { directory: dir, what: 'a backup into it' },
    );
  check('c1');
  check(undefined, 's1');
  expect(() => check('c2', 's1')).toThrow('the backup of another cluster');
  expect(() => check(undefined, 's2')).toThrow('the backup of another cluster');
});
