import { Waiting } from '../../../../../src/core/edge/verify/fleet/waiting.js';

test('names the clusters that take longest', async () => {
  const waiting = new Waiting();
  const end = new Map<string, () => void>();
  const start = (name: string): Promise<void> =>
    waiting.during(name, () => new Promise<void>((resolve) => end.set(name, resolve)));
  const running = ['sno-1', 'sno-2', 'sno-3', 'sno-4'].map(start);
  expect(waiting.texts()).toEqual(['waiting for sno-1, sno-2, 2 others']);
  end.get('sno-1')!();
  await running[0];
  expect(waiting.texts()).toEqual(['waiting for sno-2, sno-3, 1 other']);
  for (const each of end.values()) each();
  await Promise.all(running);
  expect(waiting.texts()).toEqual([]);
});
