import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { formatJournal, journalPath, parseJournal } from '../../../src/core/trash-store/format/journal-file.js';
import { emptyMarkFile, formatMarkFile, parseMarkFile } from '../../../src/core/trash-store/format/mark-file.js';
import type { MarkFile } from '../../../src/core/trash-store/model.js';
import type { LinkFile } from '../../../src/core/storage/trash.js';
import { layerLink } from '../../support/trash-scene.js';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const OTHER_PATH: LinkFile = {
  repository: 'ns/other',
  kind: 'manifest',
  path: `sha512:${'c'.repeat(128)}`,
  digest: layerLink('', A).digest,
};

function aMarkFile(): MarkFile {
  const file = emptyMarkFile('the storage');
  file.marks.set(A, { bytes: 7, batch: 'first', links: [layerLink('ns/app', A), OTHER_PATH] });
  file.marks.set(B, { bytes: NaN, batch: 'second', links: [] });
  file.batches.set('first', { unlinkedAt: 1, processes: ['p'], completeAt: 2 });
  file.batches.set('second', {});
  file.sweeps.set('s', {
    blobs: new Set([`2026-11-26/${A.slice(0, 16)}`, `2026-11-27/${A.slice(0, 16)}`]),
    processes: [],
    isCacheEmpty: true,
    endedAt: 3,
    recheckedAt: 4,
    conclusiveAt: 5,
  });
  file.sweeps.set('t', { blobs: new Set(), isCacheEmpty: false });
  return file;
}

test('a mark file is read as it was written', async () => {
  const file = aMarkFile();
  await expect(parseMarkFile(await formatMarkFile(file))).resolves.toEqual(file);
});

test('links of a mark file share their texts', async () => {
  const file = emptyMarkFile('the storage');
  file.batches.set('b', {});
  file.marks.set(A, { bytes: 1, batch: 'b', links: [layerLink('ns/app', A), layerLink('ns/other', A)] });
  const text = gunzipSync(await formatMarkFile(file)).toString();
  expect(text.split(A).length - 1).toBe(1);
});

test('a file of the journal is read as it was written', async () => {
  const file = {
    version: 1 as const,
    storage: 'the storage',
    sweep: 's',
    at: 9,
    entries: [
      { hex: A, bytes: 7, links: [layerLink('ns/app', A), OTHER_PATH] },
      { hex: B, bytes: NaN, links: [] },
    ],
  };
  await expect(parseJournal(await formatJournal(file))).resolves.toEqual(file);
});

test('a file of the journal whose time is not a date is refused', async () => {
  const file = { version: 1 as const, storage: 'the storage', sweep: 's', at: 9e15, entries: [] };
  await expect(parseJournal(await formatJournal(file))).rejects.toThrow('time is missing or not valid');
});

test('files of the journal are in the order of time', () => {
  const at = Date.parse('2026-11-26T23:59:59.999Z');
  const paths = [
    journalPath('2026-11-26', { at, sweep: 'b' }, 1),
    journalPath('2026-11-26', { at, sweep: 'b' }, 2),
    journalPath('2026-11-26', { at: at + 1, sweep: 'a' }, 1),
  ];
  expect(paths).toEqual([...paths].sort());
  expect(paths[0]).toBe('trash/2026-11-26/journal/20261126T235959999Z-b-0001.json.gz');
});

describe('a mark file is refused', () => {
  const damaged = async (change: (file: Record<string, unknown>) => unknown): Promise<Buffer> => {
    const content = JSON.parse(gunzipSync(await formatMarkFile(aMarkFile())).toString()) as Record<string, unknown>;
    return gzipSync(JSON.stringify(change(content) ?? content));
  };
  const markOf = (file: Record<string, unknown>): unknown[] => (file.marks as unknown[][])[0]!;

  test.each<[string, (file: Record<string, unknown>) => unknown, RegExp]>([
    ['of another version', (file) => void (file.version = 2), /it has version 2, and this regadm reads version 1/],
    ['without a version', (file) => void delete file.version, /version is missing or not valid/],
    ['that is a list', () => [], /the file is missing or not valid/],
    ['without a storage', (file) => void delete file.storage, /storage is missing/],
    ['whose mark has no digest', (file) => void (markOf(file)[0] = '../x'), /digest of a mark/],
    ['whose mark has an unknown batch', (file) => void (markOf(file)[2] = 'third'), /batch of a mark/],
    ['whose mark has a negative size', (file) => void (markOf(file)[1] = -1), /size of a mark/],
    ['whose link has an unknown repository', (file) => void (markOf(file)[3] = [99]), /link is missing/],
    ['whose link has no number', (file) => void (markOf(file)[3] = ['0']), /link is missing/],
    ['whose link has a path out of the storage', (file) => void (markOf(file)[3] = [[0, '../..']]), /path of a link/],
    [
      'whose repository leads elsewhere',
      (file) => void (file.repositories = ['ns/../..', 'x']),
      /repository is missing/,
    ],
    ['whose repository is absolute', (file) => void (file.repositories = ['/etc', 'x']), /repository is missing/],
    ['whose batch has no time', (file) => void (file.batches = { first: { unlinkedAt: 'x' } }), /unlinkedAt/],
    ['whose batch is far in the future', (file) => void (file.batches = { first: { completeAt: 9e15 } }), /completeAt/],
    ['whose sweep does not know the cache', (file) => void (file.sweeps = { s: { blobs: {} } }), /isCacheEmpty/],
    [
      'whose sweep has no day',
      (file) => void (file.sweeps = { s: { blobs: { today: ['a'] }, isCacheEmpty: true } }),
      /date of a sweep/,
    ],
  ])('%s', async (_, change, message) => {
    await expect(parseMarkFile(await damaged(change))).rejects.toThrow(message);
  });

  test('that is cut off', async () => {
    const content = await formatMarkFile(aMarkFile());
    for (const length of [0, 1, 10, content.length - 1])
      await expect(parseMarkFile(content.subarray(0, length))).rejects.toThrow(/it is not a complete gzip file/);
  });

  test('that is not compressed, or not JSON', async () => {
    await expect(parseMarkFile(Buffer.from('{}'))).rejects.toThrow(/it is not a complete gzip file/);
    await expect(parseMarkFile(gzipSync('{'))).rejects.toThrow(/it is not JSON/);
  });
});
