import { isDue } from '../../../src/sandbox/operator/cron-schedule.js';

test.each([
  ['* * * * *', '2026-03-01T07:31:00Z', true],
  ['0 2 * * *', '2026-03-01T02:00:00Z', true],
  ['0 2 * * *', '2026-03-01T02:01:00Z', false],
  ['*/15 * * * *', '2026-03-01T02:45:00Z', true],
  ['*/15 * * * *', '2026-03-01T02:50:00Z', false],
  ['5/20 * * * *', '2026-03-01T02:45:00Z', true],
  ['5/20 * * * *', '2026-03-01T02:40:00Z', false],
  ['0 0-8/4,12 * * *', '2026-03-01T12:00:00Z', true],
  ['0 0-8/4,12 * * *', '2026-03-01T10:00:00Z', false],
  ['0 0 * * sun', '2026-03-01T00:00:00Z', true],
  ['0 0 * * MON-FRI', '2026-03-01T00:00:00Z', false],
  ['0 0 * mar ?', '2026-03-01T00:00:00Z', true],
  ['0 0 15 * sun', '2026-03-01T00:00:00Z', true],
  ['0 0 1 * mon', '2026-03-01T00:00:00Z', true],
  ['0 0 2 * mon', '2026-03-01T00:00:00Z', false],
  ['@daily', '2026-03-01T00:00:00Z', true],
  ['@daily', '2026-03-01T01:00:00Z', false],
  ['@every 10m', '2026-03-01T01:20:00Z', true],
  ['@every 10m', '2026-03-01T01:25:00Z', false],
  ['31 * * *', '2026-03-01T01:31:00Z', false],
  ['', '2026-03-01T00:00:00Z', false],
])('%j at %s: %s', (schedule, time, expected) => {
  expect(isDue({ schedule }, Date.parse(time))).toBe(expected);
});

test.each([
  ['Europe/Madrid', true],
  ['America/New_York', false],
  ['Nowhere/None', false],
])('a schedule applies in its time zone: %s', (timeZone, expected) => {
  expect(isDue({ schedule: '0 3 * * *', timeZone }, Date.parse('2026-03-01T02:00:00Z'))).toBe(expected);
});
