import { parseDuration } from '../../src/core/model/values/duration.js';
import { durationFlag, limitedDurationFlag, requestTimeoutFlag, timeoutFlag } from '../../src/flags/duration.js';

const MAX_TIMER_MS = 2 ** 31 - 1;

test('a duration names its flag in errors', () => {
  expect(durationFlag('keep-younger-than', '2h')).toBe(7_200_000);
  expect(durationFlag('keep-younger-than', '0')).toBe(0);
  expect(() => durationFlag('keep-younger-than', '-1m')).toThrow(
    '--keep-younger-than must be greater than or equal to 0',
  );
  expect(() => durationFlag('keep-younger-than', 'soon')).toThrow('"soon" for "--keep-younger-than"');
});

test('durations of flags accept days, unlike those of the operator', () => {
  expect(durationFlag('keep-younger-than', '7d')).toBe(7 * 86_400_000);
  expect(durationFlag('keep-younger-than', '1d12h')).toBe(36 * 3_600_000);
  expect(timeoutFlag('timeout', '1d')).toBe(86_400_000);
  expect(requestTimeoutFlag('1d')).toBe(86_400_000);
  expect(parseDuration('7d')).toBeUndefined();
});

test('a limited duration is refused above its limit', () => {
  expect(limitedDurationFlag('recheck-after', '24h', '1d')).toBe(86_400_000);
  expect(() => limitedDurationFlag('recheck-after', '25h', '1d')).toThrow('--recheck-after must be at most 1d');
  expect(() => limitedDurationFlag('grace', '100000000d', '3650d')).toThrow('--grace must be at most 3650d');
});

test('a timeout is above 0 and at most what timers accept', () => {
  expect(timeoutFlag('timeout', '1m')).toBe(60_000);
  expect(timeoutFlag('timeout', '10000h')).toBe(MAX_TIMER_MS);
  expect(() => timeoutFlag('timeout', '0')).toThrow('--timeout must be above 0');
  expect(() => timeoutFlag('timeout', 'x')).toThrow('"--timeout"');
  for (const text of ['0', '-1m', '5'])
    expect(() => timeoutFlag('timeout', text)).toThrow(
      expect.objectContaining({ suggestions: ['write it as 30s, 10m or 2h'] }) as Error,
    );
});

test('the request timeout takes seconds as well, 0 for the built-in limits, and at most what timers accept', () => {
  expect(requestTimeoutFlag('30')).toBe(30_000);
  expect(requestTimeoutFlag('2m')).toBe(120_000);
  expect(requestTimeoutFlag('0')).toBe(0);
  expect(requestTimeoutFlag('99999999999')).toBe(MAX_TIMER_MS);
  expect(() => requestTimeoutFlag('later')).toThrow('invalid argument "later" for "--request-timeout" flag');
  expect(() => requestTimeoutFlag('-1m')).toThrow('--request-timeout');
});
