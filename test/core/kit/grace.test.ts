import { withGrace } from '../../../src/core/kit/grace.js';

const never = (): Promise<never> => new Promise(() => {});

test('work that ends in time returns its result, also after an interruption', async () => {
  const interruption = new AbortController();
  await expect(withGrace(interruption.signal, async () => 'before')).resolves.toBe('before');
  interruption.abort();
  await expect(withGrace(interruption.signal, async () => 'after')).resolves.toBe('after');
});

test.each([
  ['before the work begins', true],
  ['during the work', false],
])('after an interruption %s, it ends when the time is over, and its signal aborts', async (_when, before) => {
  const interruption = new AbortController();
  if (before) interruption.abort();
  let ending: AbortSignal | undefined;
  const work = (signal: AbortSignal): Promise<never> => {
    ending = signal;
    interruption.abort();
    return never();
  };
  await expect(withGrace(interruption.signal, work, 10)).rejects.toThrow(
    'not finished within 0.01 s after the interruption',
  );
  expect(ending?.aborted).toBe(true);
});

test('without an interruption, no timer limits the work', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  await expect(withGrace(new AbortController().signal, async () => timers(), 1)).resolves.toBe(before);
  const interruption = new AbortController();
  const work = async (): Promise<number> => {
    interruption.abort();
    return timers();
  };
  await expect(withGrace(interruption.signal, work, 60_000)).resolves.toBe(before + 1);
  expect(timers()).toBe(before);
});
