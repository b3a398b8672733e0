import { ageClock } from '../../../src/core/kit/clock.js';

function clocks(): { clock: () => number; move: (by: { monotonic: number; wall: number }) => void } {
  let [monotonic, wall] = [1000, 5_000_000];
  const clock = ageClock(
    () => monotonic,
    () => wall,
  );
  return {
    clock,
    move: (by) => {
      monotonic += by.monotonic;
      wall += by.wall;
    },
  };
}

test.each([
  ['ordinary time', { monotonic: 10, wall: 10 }, 10],
  ['time in which the machine was asleep', { monotonic: 10, wall: 60_010 }, 60_010],
  ['a wall clock that was set back', { monotonic: 10, wall: -3_600_000 }, 10],
])('counts %s', (_what, by, expected) => {
  const { clock, move } = clocks();
  const before = clock();
  move(by);
  expect(clock() - before).toBe(expected);
});
