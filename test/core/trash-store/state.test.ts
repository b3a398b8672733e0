import { describe, expect, test } from '@jest/globals';
import { formatJournal, journalPath } from '../../../src/core/trash-store/format/journal-file.js';
import { emptyMarkFile, formatMarkFile } from '../../../src/core/trash-store/format/mark-file.js';
import { MARK_FILE } from '../../../src/core/trash-store/marks.js';
import { keyOf, type JournalEntry } from '../../../src/core/trash-store/model.js';
import { moveBack } from '../../../src/core/trash-store/move-back.js';
import { withTrashSession } from '../../../src/core/trash-store/session.js';
import { readTrashState } from '../../../src/core/trash-store/state.js';
import { HOUR, TrashScene, layerLink } from '../../support/trash-scene.js';

const DAY = '2026-11-25';

/** Puts a blob into the trash, as a run leaves it that was killed. */
function trashed(scene: TrashScene, content: string, date = DAY): string {
  const hex = scene.storage.push(content);
  scene.storage.trashed.set(`${date}/${hex}`, scene.storage.blobs.get(hex)!);
  scene.storage.blobs.delete(hex);
  return hex;
}

async function journal(scene: TrashScene, at: number, ...entries: JournalEntry[]): Promise<string> {
  const file = { version: 1 as const, storage: 'memory', sweep: 's', at, entries };
  const path = journalPath(DAY, file, 1);
  await scene.storage.replaceFile(path, await formatJournal(file), undefined);
  return path;
}

const AT = Date.parse(`${DAY}T03:00:00Z`);

describe('the trash is read with its journal', () => {
  test('and the latest file that names a blob counts', async () => {
    const scene = new TrashScene();
    const hex = trashed(scene, 'twice');
    await journal(scene, AT, { hex, bytes: 5, links: [layerLink('ns/first', hex)] });
    await journal(scene, AT + 1, { hex, bytes: 5, links: [layerLink('ns/second', hex)] });
    const { entries, warnings } = await scene.read();
    expect(warnings).toEqual([]);
    expect(entries).toEqual([
      { hex, date: DAY, bytes: 5, movedAt: AT + 1, links: [layerLink('ns/second', hex)], sweep: undefined },
    ]);
  });

  test('and a move that it announces, but that did not happen, is ignored', async () => {
    const scene = new TrashScene();
    const [moved, left] = [trashed(scene, 'moved'), scene.storage.push('left')];
    await journal(scene, AT, { hex: moved, bytes: 5, links: [] }, { hex: left, bytes: 4, links: [] });
    const { entries } = await scene.read();
    expect(entries.map(({ hex }) => hex)).toEqual([moved]);
  });

  test('and a blob that it does not name has no links, and is as old as its day is over', async () => {
    const scene = new TrashScene();
    const hex = trashed(scene, 'unknown');
    const { entries } = await scene.read();
    expect(entries).toEqual([
      { hex, date: DAY, bytes: 7, movedAt: Date.parse('2026-11-26'), links: [], sweep: undefined },
    ]);
  });

  test('and a blob of two days is there twice', async () => {
    const scene = new TrashScene();
    const hex = trashed(scene, 'twice');
    trashed(scene, 'twice', '2026-11-20');
    await journal(scene, AT, { hex, bytes: 5, links: [layerLink('ns/app', hex)] });
    const { entries } = await scene.read();
    expect(entries.map(({ date, links }) => [date, links.length]).sort()).toEqual([
      ['2026-11-20', 0],
      [DAY, 1],
    ]);
  });

  test.each([
    ['is cut off', (content: Buffer) => content.subarray(0, 20), 'it is not a complete gzip file'],
    ['is empty', () => Buffer.alloc(0), 'it is not a complete gzip file'],
  ])('and a file of it that %s is a warning', async (_, damage, message) => {
    const scene = new TrashScene();
    const hex = trashed(scene, 'blob');
    const path = await journal(scene, AT, { hex, bytes: 4, links: [layerLink('ns/app', hex)] });
    const file = scene.storage.files.get(path)!;
    scene.storage.files.set(path, { ...file, content: damage(file.content) });
    const { entries, warnings } = await scene.read();
    expect(entries.map(({ links }) => links)).toEqual([[]]);
    expect(warnings).toEqual([expect.stringContaining(`regadm/${path} in this storage cannot be used: ${message}`)]);
  });
});

describe('a mark file', () => {
  const damaged = async (): Promise<TrashScene> => {
    const scene = new TrashScene();
    await scene.storage.replaceFile(MARK_FILE, Buffer.from('damaged'), undefined);
    return scene;
  };
  const copied = async (): Promise<TrashScene> => {
    const scene = new TrashScene();
    await scene.storage.replaceFile(MARK_FILE, await formatMarkFile(emptyMarkFile('another')), undefined);
    return scene;
  };

  test.each([
    ['that is damaged', damaged, 'MARKS_UNREADABLE'],
    ['of another storage', copied, 'MARKS_OF_ANOTHER_STORAGE'],
  ])('%s is refused, and nothing is changed', async (_, make, code) => {
    const scene = await make();
    const before = new Map(scene.storage.files);
    const refused = { code, exitCode: 4, suggestions: [expect.stringContaining('--discard-marks')] };
    await expect(scene.read()).rejects.toMatchObject(refused);
    await expect(scene.session(async () => {})).rejects.toMatchObject(refused);
    expect(scene.storage.files).toEqual(before);
  });

  test.each([
    ['that is damaged', damaged],
    ['of another storage', copied],
  ])('%s can be discarded: what is in the trash waits for a restart again', async (_, make) => {
    const scene = await make();
    const hex = trashed(scene, 'blob');
    await scene.session(async ({ file }) => {
      expect(file.marks.size).toBe(0);
      expect([...file.sweeps.values()]).toEqual([
        { blobs: new Set([keyOf({ date: DAY, hex })]), processes: ['a'], isCacheEmpty: true },
      ]);
    }, true);
    const { file } = await scene.read();
    expect([file.storage, file.sweeps.size]).toEqual(['memory', 1]);
  });

  test('that another run has written is not replaced', async () => {
    const scene = new TrashScene();
    const run = scene.session(async (session) => {
      await session.save();
      await scene.storage.replaceFile(MARK_FILE, Buffer.from('x'), scene.storage.files.get(MARK_FILE)!.version);
      await session.save();
    });
    await expect(run).rejects.toMatchObject({ code: 'TRASH_LEASE_LOST' });
    expect(scene.storage.files.get(MARK_FILE)?.content.toString()).toBe('x');
  });

  test('that was written without a response is written again', async () => {
    const scene = new TrashScene();
    await scene.session(async (session) => {
      const write = scene.storage.replaceFile.bind(scene.storage);
      scene.storage.replaceFile = async (...written) => {
        scene.storage.replaceFile = write;
        await write(...written);
        throw new Error('connection reset');
      };
      await expect(session.save()).rejects.toThrow('connection reset');
      session.file.batches.set('b', {});
      session.file.marks.set('1'.repeat(64), { bytes: 1, batch: 'b', links: [] });
      await session.save();
    });
    expect((await scene.read()).file.marks.size).toBe(1);
  });
});

describe('a session', () => {
  test('records what it finds in the trash with the processes of now, and forgets its mark and what is gone', async () => {
    const scene = new TrashScene();
    const [hex, gone] = [trashed(scene, 'moved'), 'e'.repeat(64)];
    await scene.session(async (session) => {
      session.file.batches.set('b', { completeAt: 1 });
      session.file.marks.set(hex, { bytes: 5, batch: 'b', links: [] });
      session.file.sweeps.set('old', { blobs: new Set([`${DAY}/${gone.slice(0, 16)}`]), isCacheEmpty: true });
      for (const sweep of [...session.file.sweeps.keys()]) if (sweep !== 'old') session.file.sweeps.delete(sweep);
      await session.save();
    });
    scene.processes = { ids: ['b'], usesRedis: true };
    await scene.session(async ({ file, entries }) => {
      expect(file.marks.size).toBe(0);
      const [id] = [...file.sweeps.keys()];
      expect([...file.sweeps.values()]).toEqual([
        { blobs: new Set([keyOf({ date: DAY, hex })]), processes: ['b'], isCacheEmpty: false },
      ]);
      expect(entries.map(({ sweep }) => sweep)).toEqual([id]);
    });
  });

  test('does not record a copy whose original is still in its place, and leaves its mark', async () => {
    const scene = new TrashScene();
    const hex = trashed(scene, 'copied');
    scene.storage.push('copied');
    await scene.session(async (session) => {
      session.file.batches.set('b', { completeAt: 1 });
      session.file.marks.set(hex, { bytes: 6, batch: 'b', links: [] });
      await session.save();
    });
    await scene.session(async ({ file, entries }) => {
      expect([file.sweeps.size, file.marks.size, entries[0]?.sweep]).toEqual([0, 1, undefined]);
    });
    scene.storage.blobs.delete(hex);
    await scene.session(async ({ file }) => expect([file.sweeps.size, file.marks.size]).toEqual([1, 0]));
  });

  test('gives processes to a sweep that has none, as soon as they can be read', async () => {
    const scene = new TrashScene();
    trashed(scene, 'blob');
    scene.processes = undefined;
    await scene.session(async ({ file }) => expect([...file.sweeps.values()][0]?.processes).toBeUndefined());
    scene.processes = { ids: ['z'], usesRedis: false };
    await scene.session(async ({ file }) => expect([...file.sweeps.values()][0]?.processes).toEqual(['z']));
  });

  test('ends its lease when its action fails', async () => {
    const scene = new TrashScene();
    await expect(scene.session(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(scene.session(() => Promise.resolve('done'))).resolves.toBe('done');
  });

  test('is seen by a run that only reads', async () => {
    const scene = new TrashScene();
    await scene.session(async () => {
      expect((await scene.read()).holder).toMatchObject({ pid: process.pid });
    });
    expect((await scene.read()).holder).toBeUndefined();
  });

  test("has the storage's clock, not that of this machine", async () => {
    const scene = new TrashScene();
    scene.storage.time = Date.now() - 3 * HOUR;
    await scene.session(async (session) => {
      expect(Math.abs(session.now() - scene.storage.time)).toBeLessThan(HOUR);
    });
  });
});

test.each([
  ['that is damaged', Buffer.from('damaged'), 'cannot be used: it is not a complete gzip file'],
  ['of another storage', undefined, 'belongs to another storage (another) than the one it is in (memory)'],
])('a mark file %s can be ignored for an undo, and stays as it is', async (_, damaged, message) => {
  const scene = new TrashScene();
  const hex = trashed(scene, 'blob');
  const content = damaged ?? (await formatMarkFile(emptyMarkFile('another')));
  await scene.storage.replaceFile(MARK_FILE, content, undefined);
  const options = { discardMarks: false, damagedMarks: 'ignore' } as const;
  const { entries, warnings } = await readTrashState(scene.ports, options);
  expect([entries.length, warnings]).toEqual([1, [expect.stringContaining(message)]]);
  await withTrashSession(scene.ports, options, async (session) => {
    expect(session.warnings).toEqual([expect.stringContaining(message)]);
    const { results } = await moveBack(session, scene.ports, session.entries);
    expect(results.map(({ result }) => result.status)).toEqual(['restored']);
  });
  expect(scene.storage.blobs.has(hex)).toBe(true);
  expect(scene.storage.files.get(MARK_FILE)?.content).toEqual(content);
});
