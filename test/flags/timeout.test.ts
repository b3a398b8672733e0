import { timeoutFlag } from '../../src/flags/timeout.js';

test('a time to wait is above 0, and no longer than timers can wait', () => {
  expect(timeoutFlag('timeout', '1m')).toBe(60_000);
  expect(timeoutFlag('timeout', '10000h')).toBe(2 ** 31 - 1);
  expect(() => timeoutFlag('timeout', '0')).toThrow('--timeout must be above 0');
  expect(() => timeoutFlag('timeout', 'x')).toThrow('"--timeout"');
});
