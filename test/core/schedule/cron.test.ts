import { cronProblem } from '../../../src/core/schedule/cron.js';

test.each([
  '0 0 * * *',
  '*/15 0-6 1,15 jan-mar MON',
  '0 0 ? * 0-6/2',
  '@daily',
  '@hourly',
  '@every 1h30m',
  '59 23 31 12 6',
])('%j is a schedule', (text) => {
  expect(cronProblem(text)).toBeUndefined();
});

test.each([
  ['60 0 * * *', 'invalid minute "60" (must be 0-59)'],
  ['0 24 * * *', 'invalid hour "24" (must be 0-23)'],
  ['0 0 0 * *', 'invalid day of the month "0" (must be 1-31)'],
  ['0 0 * 13 *', 'invalid month "13" (must be 1-12)'],
  ['0 0 * * 7', 'invalid day of the week "7" (must be 0-6)'],
  ['0 0 * * mo', 'invalid day of the week "mo" (must be 0-6)'],
  ['*/0 * * * *', 'invalid step in "*/0" (must be greater than 0)'],
  ['5-1 * * * *', 'invalid range "5-1" (ends before it starts)'],
  ['0 0 * *', 'must have 5 fields (minute hour day month weekday), not 4'],
  ['0 0 * * * *', 'must have 5 fields (minute hour day month weekday), not 6'],
  [' ', 'must have 5 fields (minute hour day month weekday), not 0'],
  ['1, * * * *', 'invalid minute ""'],
  ['nightly * * * *', 'invalid minute "nightly" (must be 0-59)'],
  ['@nightly', expect.stringMatching(/^unknown short form @nightly/)],
  ['@every day', 'invalid interval "day" (write @every 90m)'],
  ['TZ=UTC 0 0 * * *', 'must not contain a time zone'],
])('%j is rejected: %j', (text, problem) => {
  expect(cronProblem(text)).toEqual(problem);
});
