import { renewing } from '../../../../src/core/storage/identity/renewing.js';

const MINUTE = 60_000;

function aSource(lifetimeMs: number) {
  let now = 0;
  let requests = 0;
  let problem: Error | undefined;
  const current = renewing(
    () => {
      requests++;
      return problem ? Promise.reject(problem) : Promise.resolve({ value: requests, expiresAt: now + lifetimeMs });
    },
    () => now,
  );
  return {
    at: (time: number, failing?: Error) => {
      now = time;
      problem = failing;
      return current();
    },
    current,
  };
}

test('a value is replaced five minutes before it expires', async () => {
  const { at } = aSource(60 * MINUTE);
  expect([await at(0), await at(54 * MINUTE), await at(55 * MINUTE), await at(56 * MINUTE)]).toEqual([1, 1, 2, 2]);
});

test('a value that is valid for a short time is replaced at half of it', async () => {
  const { at } = aSource(2 * MINUTE);
  expect([await at(0), await at(MINUTE - 1), await at(MINUTE)]).toEqual([1, 1, 2]);
});

test('all callers share a replacement', async () => {
  const { current } = aSource(MINUTE);
  expect(await Promise.all([current(), current(), current()])).toEqual([1, 1, 1]);
});

test('a replacement that fails does not matter until the value expires', async () => {
  const { at } = aSource(60 * MINUTE);
  const failing = new Error('no');
  await at(0);
  expect(await at(56 * MINUTE, failing)).toBe(1);
  await expect(at(60 * MINUTE, failing)).rejects.toThrow('no');
  expect(await at(61 * MINUTE)).toBe(4);
});
