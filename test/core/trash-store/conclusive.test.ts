import { describe, expect, test } from '@jest/globals';
import { afterRecheck, conclusiveFrom, noteEnded } from '../../../src/core/trash-store/conclusive.js';
import {
  completeBatches,
  isPastGrace,
  noteEmptyCache,
  endBatch,
  startBatch,
} from '../../../src/core/trash-store/batches.js';
import { emptyMarkFile } from '../../../src/core/trash-store/format/mark-file.js';
import type { MarkFile, RegistryProcesses, Sweep } from '../../../src/core/trash-store/model.js';
import { HOUR, MINUTE } from '../../support/trash-scene.js';

const processes = (...ids: string[]): RegistryProcesses => ({ ids, usesRedis: false });
const withRedis = (...ids: string[]): RegistryProcesses => ({ ids, usesRedis: true });
const START = 1_000_000;

describe('a recheck', () => {
  const sweep: Sweep = { blobs: new Set(['x']), processes: ['a', 'b'], isCacheEmpty: true };
  const look = (startedAt: number, running: RegistryProcesses | undefined) => ({
    startedAt,
    processes: running,
    seen: new Set(['x']),
    isSettled: true,
  });
  /** Rechecks a sweep one after the other. */
  const after = (looks: ReturnType<typeof look>[], from: Sweep = sweep, listsLate = false): Sweep =>
    looks.reduce((one, next) => afterRecheck(one, next, listsLate), from);

  test('is conclusive a minute after the end of all recorded processes was seen', () => {
    const ended = after([look(START, processes('c'))]);
    expect(ended).toEqual({ ...sweep, endedAt: START });
    expect(after([look(START + MINUTE - 1, processes('c'))], ended).conclusiveAt).toBeUndefined();
    expect(after([look(START + MINUTE, processes('c'))], ended).conclusiveAt).toBe(START + MINUTE);
  });

  test('is never conclusive while any of them runs', () => {
    const often = Array.from({ length: 100 }, (_, day) => look(START + day * 24 * HOUR, processes('b', 'c')));
    expect(after(often)).toEqual(sweep);
  });

  test('is never conclusive before Redis is empty', () => {
    const full = { ...sweep, isCacheEmpty: false };
    expect(after([look(START, withRedis('c')), look(START + HOUR, withRedis('c'))], full)).toEqual(full);
  });

  test('proves nothing about blobs that it has not seen, or while requests can take effect', () => {
    const ended = { ...sweep, endedAt: START };
    const late = { ...look(START + HOUR, processes('c')), seen: new Set<string>() };
    expect(after([late], ended)).toEqual(ended);
    expect(after([{ ...look(START + HOUR, processes('c')), isSettled: false }], ended)).toEqual(ended);
  });

  test('without processes, counts together with another one an hour later', () => {
    const unknown: Sweep = { blobs: new Set(['x']), isCacheEmpty: false };
    const first = after([look(START, undefined)], unknown);
    expect(first).toEqual({ ...unknown, recheckedAt: START });
    expect(after([look(START + HOUR - 1, undefined)], first)).toEqual(first);
    expect(after([look(START + HOUR, undefined)], first).conclusiveAt).toBe(START + HOUR);
  });

  test('where listings lag behind, needs both: the end of processes, and a second one an hour later', () => {
    const at = (ms: number, ...ids: string[]): ReturnType<typeof look> => look(START + ms, processes(...ids));
    expect(after([at(0, 'a'), at(HOUR, 'a'), at(2 * HOUR, 'a')], sweep, true)).toEqual(sweep);
    const once = after([at(0, 'c'), at(MINUTE, 'c')], sweep, true);
    expect(once).toEqual({ ...sweep, endedAt: START, recheckedAt: START + MINUTE });
    expect(after([at(MINUTE + HOUR, 'c')], once, true).conclusiveAt).toBe(START + MINUTE + HOUR);
  });

  test('stays conclusive', () => {
    const done = { ...sweep, conclusiveAt: START };
    expect(after([look(START + HOUR, processes('a'))], done)).toBe(done);
  });
});

test('the end of processes is noted once, and says when a recheck can be conclusive', () => {
  const file = emptyMarkFile('x');
  file.sweeps.set('s', { blobs: new Set(['x']), processes: ['a'], isCacheEmpty: true });
  expect(conclusiveFrom(file)).toBeUndefined();
  expect(noteEnded(file, processes('a'), START)).toBe(false);
  expect(noteEnded(file, processes('b'), START + 1)).toBe(true);
  expect(noteEnded(file, processes('b'), START + 2)).toBe(false);
  expect(conclusiveFrom(file)).toBe(START + 1 + MINUTE);
});

test('what ran while Redis was emptied must end, too', () => {
  const file = emptyMarkFile('x');
  const sweep: Sweep = { blobs: new Set(['x']), processes: ['a'], isCacheEmpty: false };
  file.sweeps.set('s', sweep);
  noteEmptyCache(file, withRedis('a', 'b'), withRedis('b'));
  expect(file.sweeps.get('s')).toEqual(sweep);
  noteEmptyCache(file, withRedis('b'), withRedis('b', 'c'));
  expect(file.sweeps.get('s')).toEqual({ ...sweep, isCacheEmpty: true, processes: ['b', 'c'] });
  noteEmptyCache(file, withRedis('d'), withRedis('d'));
  expect(file.sweeps.get('s')?.processes).toEqual(['b', 'c']);
});

describe('a batch of marks', () => {
  const marked = (): { file: MarkFile; batch: string } => {
    const file = emptyMarkFile('x');
    const batch = startBatch(file);
    file.marks.set('1', { bytes: 1, batch, links: [] });
    return { file, batch };
  };
  const unlinked = (running: RegistryProcesses | undefined): { file: MarkFile; batch: string } => {
    const { file, batch } = marked();
    endBatch(file, batch, { now: START, processes: running });
    return { file, batch };
  };
  const completeAt = ({ file, batch }: ReturnType<typeof marked>): number | undefined =>
    file.batches.get(batch)?.completeAt;

  test('is complete once all recorded processes have ended', () => {
    const scene = unlinked(processes('a', 'b'));
    const prove = (running: RegistryProcesses, isCacheEmpty = false): string[] =>
      completeBatches(scene.file, { by: 'restart', processes: running, isCacheEmpty }, START + HOUR);
    expect(prove(processes('b', 'c'))).toEqual([]);
    expect(prove(withRedis('c'))).toEqual([]);
    expect(prove(withRedis('c'), true)).toEqual([scene.batch]);
    expect(completeAt(scene)).toBe(START + HOUR);
    expect(prove(processes('c'))).toEqual([]);
  });

  test('is forgotten if no blob got a mark, so that nothing waits for a restart', () => {
    const file = emptyMarkFile('x');
    endBatch(file, startBatch(file), { now: START, processes: processes('a') });
    expect(file.batches.size).toBe(0);
  });

  test('is incomplete while its last link was not removed', () => {
    const scene = marked();
    for (const proof of [{ by: 'restart', processes: processes('c'), isCacheEmpty: true }, { by: 'user' }] as const)
      expect(completeBatches(scene.file, proof, START)).toEqual([]);
  });

  test('without a restart, counts from the start of the oldest process', () => {
    const scene = unlinked(processes('a'));
    const running = { ...processes('c'), oldestStart: START + 5 };
    completeBatches(scene.file, { by: 'time', processes: running, isCacheEmpty: false }, START + HOUR);
    expect(completeAt(scene)).toBe(START + 5);
  });

  test('without a restart, never counts from before its last link was removed, or from the future', () => {
    for (const [oldestStart, expected] of [
      [START - HOUR, START],
      [START + 9 * HOUR, START + HOUR],
      [undefined, START + HOUR],
    ] as const) {
      const scene = unlinked(processes('a'));
      const running = { ...processes('c'), oldestStart };
      completeBatches(scene.file, { by: 'time', processes: running, isCacheEmpty: false }, START + HOUR);
      expect(completeAt(scene)).toBe(expected);
    }
  });

  test('is complete after three lives of an entry of the cache in memory', () => {
    const scene = unlinked(processes('a'));
    const proof = { by: 'time', processes: processes('a'), isCacheEmpty: false, memoryCacheMs: MINUTE } as const;
    expect(completeBatches(scene.file, proof, START + 3 * MINUTE - 1)).toEqual([]);
    const redis = { ...proof, processes: withRedis('a') };
    expect(completeBatches(scene.file, redis, START + HOUR)).toEqual([]);
    expect(completeBatches(scene.file, proof, START + 3 * MINUTE)).toEqual([scene.batch]);
    expect(completeAt(scene)).toBe(START + 3 * MINUTE);
  });

  test('of which the processes cannot be read is complete for those who restart the registry themselves', () => {
    const scene = unlinked(undefined);
    completeBatches(scene.file, { by: 'restart', processes: processes('c'), isCacheEmpty: true }, START + HOUR);
    expect(completeAt(scene)).toBeUndefined();
    completeBatches(scene.file, { by: 'user' }, START + HOUR);
    expect(completeAt(scene)).toBe(START);
  });

  test('passes its grace from when it is complete', () => {
    const { file, batch } = unlinked(processes('a'));
    const isPast = (now: number): boolean => isPastGrace({ batch }, file, { graceMs: HOUR, now });
    expect(isPast(START + 100 * HOUR)).toBe(false);
    completeBatches(file, { by: 'restart', processes: processes(), isCacheEmpty: false }, START);
    expect([isPast(START + HOUR - 1), isPast(START + HOUR)]).toEqual([false, true]);
  });

  test('that is incomplete joins the next one', () => {
    const { file, batch } = unlinked(processes('a'));
    const next = startBatch(file);
    expect([...file.batches]).toEqual([[next, {}]]);
    expect(file.marks.get('1')?.batch).toBe(next);
    expect(next).not.toBe(batch);
  });

  test('that is complete stays as it is', () => {
    const { file, batch } = unlinked(processes('a'));
    completeBatches(file, { by: 'user' }, START);
    const next = startBatch(file);
    expect(file.marks.get('1')?.batch).toBe(batch);
    expect([...file.batches.keys()]).toEqual([batch, next]);
  });
});
