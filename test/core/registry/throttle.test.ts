import { Throttle } from '../../../src/core/registry/throttle.js';

/** A request that was sent and waits for its response. */
interface Sent {
  waited: boolean;
  answer(status: number): Promise<void>;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Starts requests. Returns those that were sent at once; later ones are added when they are sent. */
async function send(throttle: Throttle, count: number): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (let n = 0; n < count; n++) {
    const request = (waited: boolean): Promise<number> =>
      new Promise((resolve) =>
        sent.push({
          waited,
          answer: (status) => {
            resolve(status);
            return turn();
          },
        }),
      );
    void throttle.run(request, (status) => status === 429);
  }
  await turn();
  return sent;
}

test('without a 429 no request waits', async () => {
  const sent = await send(new Throttle(), 64);
  expect(sent).toHaveLength(64);
  expect(sent.some(({ waited }) => waited)).toBe(false);
});

test('a burst of 429s halves the limit once, and requests that waited know it', async () => {
  const throttle = new Throttle();
  for (const request of await send(throttle, 8)) void request.answer(429);
  await turn();
  const next = await send(throttle, 10);
  expect(next).toHaveLength(4);
  await next[0]!.answer(200);
  expect(next).toHaveLength(5);
  expect(next.at(-1)!.waited).toBe(true);
});

test('other responses raise the limit again, and at least one request is always sent', async () => {
  const throttle = new Throttle();
  for (let n = 0; n < 5; n++) await (await send(throttle, 1))[0]!.answer(429);
  for (let n = 0; n < 10; n++) await (await send(throttle, 1))[0]!.answer(200);
  const grown = await send(throttle, 20);
  expect(grown.length).toBeGreaterThan(3);
  expect(grown.length).toBeLessThan(8);
});

test('a failed request lets the next one start', async () => {
  const throttle = new Throttle();
  await (await send(throttle, 1))[0]!.answer(429);
  const failing = throttle.run(
    () => Promise.reject(new Error('closed')),
    () => false,
  );
  await expect(failing).rejects.toThrow('closed');
  expect(await send(throttle, 1)).toHaveLength(1);
});
