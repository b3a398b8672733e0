import { Throttle, type Turn } from '../../../src/core/registry/throttle.js';

/** Turns that are given at once; the others are pending. */
async function enter(throttle: Throttle, count: number): Promise<Turn[]> {
  const given: Turn[] = [];
  for (let n = 0; n < count; n++) void throttle.enter().then((turn) => given.push(turn));
  await new Promise(setImmediate);
  return given;
}

test('without a 429 nobody waits', async () => {
  const turns = await enter(new Throttle(), 64);
  expect(turns).toHaveLength(64);
  expect(turns.some(({ waited }) => waited)).toBe(false);
});

test('a burst of 429s halves once what may be under way, and who has waited knows it', async () => {
  const throttle = new Throttle();
  const turns = await enter(throttle, 8);
  for (const turn of turns) throttle.leave(turn, true);
  const next = await enter(throttle, 10);
  expect(next).toHaveLength(4);
  throttle.leave(next[0]!, false);
  await new Promise(setImmediate);
  expect(next).toHaveLength(5);
  expect(next.at(-1)!.waited).toBe(true);
});

test('with answers that are no 429 it grows again, and one at least always goes', async () => {
  const throttle = new Throttle();
  for (let n = 0; n < 5; n++) throttle.leave((await enter(throttle, 1))[0]!, true);
  for (let n = 0; n < 10; n++) throttle.leave((await enter(throttle, 1))[0]!, false);
  const grown = await enter(throttle, 20);
  expect(grown.length).toBeGreaterThan(3);
  expect(grown.length).toBeLessThan(8);
});
