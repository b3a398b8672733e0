import { statusPieces } from '../../../../src/core/status/output/table.js';
import type { RegistryStatusReport } from '../../../../src/core/status/report.js';
import { styles } from '../../../../src/core/terminal/color.js';
import { paint } from '../../../../src/core/terminal/escape.js';

const REPORT = {
  now: 0,
  server: 'https://api.example.com:6443',
  registry: {
    conditions: [
      { type: 'Available', status: 'False', reason: 'NoPods' },
      { type: 'Degraded', status: 'False' },
    ],
    unavailable: [],
  },
  imageObjectBytes: 0,
} as unknown as RegistryStatusReport;

test('a bad condition is red on a terminal with colors', () => {
  const text = [...statusPieces(REPORT, { wide: false, width: 80, styles: styles(true) })].map(paint).join('');
  expect(text).toContain('Available   \u001b[31mFalse\u001b[39m');
  expect(text).toMatch(/Degraded {4}False/);
  expect(text).not.toContain(' [31m');
});
