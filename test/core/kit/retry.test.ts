import { retryAfterStatus, withRetry, type RetryOptions } from '../../../src/core/kit/retry.js';

/** Counts attempts and waits without sleeping. */
function counting(options: Partial<RetryOptions<number>> = {}) {
  const waits: number[] = [];
  let tries = 0;
  return {
    waits,
    tries: () => tries,
    run: (fn: (attempt: number) => number) =>
      withRetry(
        async (attempt) => {
          tries++;
          return fn(attempt);
        },
        {
          retryAfter: (outcome) => ('error' in outcome || outcome.value >= 500 ? 0 : undefined),
          sleep: async (ms) => void waits.push(ms),
          random: () => 0,
          baseMs: 100,
          maxMs: 300,
          ...options,
        },
      ),
  };
}

test('a final value is returned at once', async () => {
  const it = counting();
  expect(await it.run(() => 200)).toBe(200);
  expect(it.waits).toEqual([]);
});

test('waits double up to a maximum, with a jitter of half; the last value is returned', async () => {
  const it = counting();
  expect(await it.run(() => 503)).toBe(503);
  expect(it.tries()).toBe(5);
  expect(it.waits).toEqual([50, 100, 150, 150]);
});

test('the last error is thrown', async () => {
  const it = counting({ tries: 2 });
  await expect(
    it.run((attempt) => {
      throw new Error(`try ${attempt}`);
    }),
  ).rejects.toThrow('try 2');
});

test('waits can grow faster', async () => {
  const it = counting({ factor: 3, maxMs: 1000 });
  await it.run(() => 503);
  expect(it.waits).toEqual([50, 150, 450, 500]);
});

test('a retry is not earlier than the server asks; what asks for more than two minutes is final', async () => {
  const it = counting({ retryAfter: (_outcome, attempt) => [2000, 120_000, 120_001][attempt - 1] });
  expect(await it.run(() => 429)).toBe(429);
  expect(it.waits).toEqual([2000, 120_000]);
});

test('the waits of one request add up to a limit', async () => {
  const it = counting({ tries: 6, retryAfter: () => 100_000 });
  expect(await it.run(() => 429)).toBe(429);
  expect(it.waits).toEqual([100_000]);
  const short = counting({ tries: 6, retryAfter: () => 40_000 });
  expect(await short.run(() => 429)).toBe(429);
  expect(short.waits).toEqual([40_000, 40_000, 40_000]);
});

test('an abort prevents further attempts', async () => {
  const controller = new AbortController();
  const it = counting({ signal: controller.signal });
  await expect(
    it.run(() => {
      controller.abort();
      throw new Error('aborted');
    }),
  ).rejects.toThrow('aborted');
  expect(it.tries()).toBe(1);
});

test('an abort ends a wait', async () => {
  const controller = new AbortController();
  const waiting = withRetry(async () => 503, {
    baseMs: 60_000,
    maxMs: 60_000,
    signal: controller.signal,
    retryAfter: () => 0,
  });
  setImmediate(() => controller.abort(new Error('enough')));
  await expect(waiting).rejects.toThrow();
});

test.each([
  [429, '7', 7000],
  [429, undefined, 0],
  [503, 'Thu, 01 Jan 1970 00:00:09 GMT', 9000],
  [500, 'nonsense', 0],
  [501, undefined, undefined],
  [404, '7', undefined],
  [200, undefined, undefined],
])('status %p with Retry-After %p: %p', (status, header, expected) => {
  expect(retryAfterStatus(status, header, 0)).toBe(expected);
});
