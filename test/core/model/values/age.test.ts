import { age, humanDuration } from '../../../../src/core/model/values/age.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

describe('humanDuration writes ages as kubectl does', () => {
  test.each([
    [-5 * SECOND, '<invalid>'],
    [-SECOND, '0s'],
    [999, '0s'],
    [SECOND, '1s'],
    [119 * SECOND, '119s'],
    [120 * SECOND, '2m'],
    [190 * SECOND, '3m10s'],
    [10 * MINUTE + 5 * SECOND, '10m'],
    [179 * MINUTE, '179m'],
    [3 * HOUR, '3h'],
    [5 * HOUR + 7 * MINUTE, '5h7m'],
    [8 * HOUR + 30 * MINUTE, '8h'],
    [47 * HOUR, '47h'],
    [2 * DAY, '2d'],
    [5 * DAY + 4 * HOUR, '5d4h'],
    [8 * DAY + 2 * HOUR, '8d'],
    [367 * DAY, '367d'],
    [2 * YEAR, '2y'],
    [3 * YEAR + 12 * DAY + 5 * HOUR, '3y12d'],
    [8 * YEAR + 12 * DAY, '8y'],
    [NaN, '<invalid>'],
  ])('%d ms → %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });
});

test('an unknown age is printed as <unknown>', () => {
  expect(age(NaN, 0)).toBe('<unknown>');
  expect(age(1000, 37_000)).toBe('36s');
});
