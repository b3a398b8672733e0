import fc from 'fast-check';
import { cronProblem } from '../../../src/core/schedule/cron.js';
import { longestPeriods } from '../../../src/core/schedule/cron-times.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  ['0 0 * * *', 3 * DAY],
  ['@daily', 3 * DAY],
  ['@midnight', 3 * DAY],
  ['* * * * *', 3 * MINUTE],
  ['*/20 * * * *', HOUR],
  ['@hourly', 3 * HOUR],
  ['0 */6 * * *', 18 * HOUR],
  ['0 2,4 * * *', 22 * HOUR + 24 * HOUR],
  ['5/30 * * * *', 90 * MINUTE],
  ['0 0 * * 0', 21 * DAY],
  ['@weekly', 21 * DAY],
  ['0 2 * * 1-5', 5 * DAY],
  ['0 2 * * mon-fri', 5 * DAY],
  ['0 0 1 * *', 92 * DAY],
  ['@monthly', 92 * DAY],
  ['0 0 31 * *', (60 + 61 + 61) * DAY],
  ['@yearly', (366 + 365 + 365) * DAY],
  ['0 0 29 2 *', 12 * 365.25 * DAY],
  // A day of the month or a weekday.
  ['0 0 1 * 0', 21 * DAY],
  // Each Sunday that is an odd day: `*/2` is a restriction, so the fields are alternatives.
  ['0 0 */2 * 0', 6 * DAY],
  ['@every 90m', 4.5 * HOUR],
  ['@every 1500ms', 3],
])('three periods of %j take at most %d s', (schedule, seconds) => {
  expect(cronProblem(schedule)).toBeUndefined();
  expect(longestPeriods(schedule, 3)).toBe(seconds);
});

test.each(['0 0 31 2 *', '0 0 30 feb *', '0 0 31 4,6,9,11 *'])('%j starts no run', (schedule) => {
  expect(longestPeriods(schedule, 3)).toBeUndefined();
});

test('for every schedule, more periods take longer, and no period is shorter than a minute', () => {
  const field = (min: number, max: number): fc.Arbitrary<string> =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc
        .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      fc.integer({ min: 1, max: 9 }).map((step) => `*/${step}`),
    );
  const schedules = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
    .map((fields) => fields.join(' '));
  fc.assert(
    fc.property(schedules, (schedule) => {
      expect(cronProblem(schedule)).toBeUndefined();
      const [one, three] = [longestPeriods(schedule, 1)!, longestPeriods(schedule, 3)!];
      expect(one).toBeGreaterThanOrEqual(60);
      expect(three).toBeGreaterThanOrEqual(one + 120);
      expect(three).toBeLessThanOrEqual(3 * one);
    }),
    { numRuns: 50 },
  );
});
