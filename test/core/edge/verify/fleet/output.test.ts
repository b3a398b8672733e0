import { fleetOutput, fleetSummary } from '../../../../../src/core/edge/verify/fleet/output.js';
import { clusterEntry, fleetReport } from '../../../../../src/core/edge/verify/report.js';
import { checker } from '../../../../../src/core/edge/verify/check.js';
import { cleanLines } from '../../../../../src/core/terminal/clean-lines.js';
import { styles } from '../../../../../src/core/terminal/color.js';

const { passed, failed, warning, skipped } = checker('cluster');
const LAYOUT = { wide: false, width: 40, styles: styles(false), now: 0 };

const linesOf = async (...entries: Parameters<typeof fleetReport>[0]): Promise<string> =>
  [...cleanLines(await fleetOutput.table(fleetReport(entries, entries.length, false), LAYOUT))].join('');

test('a cluster has one line, whatever its checks state, and at any width', async () => {
  const hostile = clusterEntry('sno-1\n', [failed('claim', 'a\nb: \u001b[31mred\u2028c\r\n')]);
  expect(await linesOf(hostile)).toBe('sno-1\\n: failed: claim: a\\nb: \\x1b[31mred\\u2028c\n');
});

test('a long detail is cut', async () => {
  const entry = clusterEntry('sno-1', [failed('claim', 'x'.repeat(100_000))]);
  expect((await linesOf(entry)).length).toBeLessThan(500);
});

test('checks that fail for the same reason are listed together', async () => {
  const entry = clusterEntry('sno-1', [
    passed('image-config', 'fine'),
    failed('claim', 'no route'),
    failed('volume', 'is Released'),
    failed('login', 'no route'),
    failed('login', 'no route'),
  ]);
  expect(await linesOf(entry)).toBe('sno-1: failed: claim, login: no route; volume: is Released\n');
});

test('a cluster without failed checks has passed, and the others are counted', async () => {
  const entry = clusterEntry('sno-1', [passed('a', ''), passed('b', ''), warning('c', ''), skipped('d', '')]);
  expect(await linesOf(entry)).toBe('sno-1: passed (2 checks, 1 warning, 1 skipped)\n');
});

test('the summary counts the clusters', () => {
  const entries = [clusterEntry('a', [passed('x', '')]), clusterEntry('b', [failed('x', '')])];
  expect(fleetSummary(fleetReport(entries, 2, false))).toBe('2 clusters: 1 passed, 1 failed');
  expect(fleetSummary(fleetReport(entries, 3, true))).toBe(
    '3 clusters: 1 passed, 1 failed, 1 not checked because of the interruption',
  );
});
