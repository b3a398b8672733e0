import { forEachParallel, mapParallel } from '../../../src/core/kit/parallel.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('never works on more items than allowed at the same time', async () => {
  let running = 0;
  let most = 0;
  await forEachParallel(Array(50).keys(), { concurrency: 4 }, async () => {
    most = Math.max(most, ++running);
    await turn();
    running--;
  });
  expect(most).toBe(4);
});

test('takes an item only when it can start, so that a long list is never held in memory', async () => {
  let taken = 0;
  function* items(): Generator<number> {
    for (;;) yield taken++;
  }
  let done = 0;
  await forEachParallel(items(), { concurrency: 3, shouldStop: () => done >= 10 }, async () => {
    await turn();
    done++;
  });
  expect(taken).toBeLessThanOrEqual(12);
});

test('starts no further item after the first failure', async () => {
  const started: number[] = [];
  const work = async (item: number): Promise<void> => {
    started.push(item);
    await turn();
    if (item === 1) throw new Error('item 1 failed');
  };
  await expect(forEachParallel(Array(100).keys(), { concurrency: 2 }, work)).rejects.toThrow('item 1 failed');
  await turn();
  await turn();
  expect(started.length).toBeLessThanOrEqual(4);
});

test('waits after a failure for the items in flight, if asked to', async () => {
  const finished: number[] = [];
  const work = async (item: number): Promise<void> => {
    if (item === 1) throw new Error('item 1 failed');
    for (let turns = 0; turns < 3; turns++) await turn();
    finished.push(item);
  };
  const options = { concurrency: 3, waitsAfterError: true };
  await expect(forEachParallel(Array(9).keys(), options, work)).rejects.toThrow('item 1 failed');
  expect(finished).toEqual([0, 2]);
});

test('stops when shouldStop returns true, and finishes the items in flight', async () => {
  const finished: number[] = [];
  let stop = false;
  await forEachParallel(Array(10).keys(), { concurrency: 2, shouldStop: () => stop }, async (item) => {
    stop = true;
    await turn();
    finished.push(item);
  });
  expect(finished).toEqual([0]);
});

test('returns results in the order of the items', async () => {
  const work = async (ms: number, index: number): Promise<string> => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return `${index}:${ms}`;
  };
  expect(await mapParallel([20, 1, 10], 3, work)).toEqual(['0:20', '1:1', '2:10']);
});

test('does nothing for an empty list', async () => {
  expect(await mapParallel([], 3, async () => 1)).toEqual([]);
});
