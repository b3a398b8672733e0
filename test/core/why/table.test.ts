import { Explanation } from '../../../src/core/why/explanation.js';
import { whyPieces } from '../../../src/core/why/output/table.js';
import type { WhyReport } from '../../../src/core/why/explanation.js';
import { describeChanges } from '../../../src/core/why/text.js';
import { styles } from '../../../src/core/terminal/color.js';
import { NOW, aSnapshot, anImageStream, anOrdinaryImage, digest, pruneOptions } from '../../support/builders.js';

/** Explains ns/app, whose oldest image another project lists, too. */
function shown(width: number): string[] {
  const names = ['new', 'middle', 'old'];
  const snapshot = aSnapshot(
    anImageStream('ns/app').withTag('latest', names.map(digest)),
    anImageStream('other/copy').withTag('v1', [digest('old')]),
    ...names.map(anOrdinaryImage),
  );
  const options = pruneOptions({ keepTagRevisions: 1, referrers: 'oc' });
  const answers = [new Explanation(snapshot, options, NOW).answer('ns/app')];
  const report = { options, keepYoungerThan: '60m', now: NOW, answers, warnings: [] } as WhyReport;
  const pieces = [...whyPieces(report, { wide: false, width, styles: styles(false) })];

  return pieces.join('').split('\n');
}

const STAYS = 'the image stays: listed by other/copy:v1';

test('on a narrow terminal, reasons have lines of their own', () => {
  const lines = shown(80);
  expect(lines.filter((line) => line.startsWith('latest')).every((line) => line.length <= 80)).toBe(true);
  expect(lines.filter((line) => line.startsWith('    '))).toHaveLength(3);
  expect(lines.join('\n')).toContain(STAYS);
});

test('on a wide terminal, reasons are a column', () => {
  const lines = shown(300);
  expect(lines.filter((line) => line.startsWith('    '))).toEqual([]);
  expect(lines.find((line) => line.includes('item removed'))).toContain(STAYS);
});

test.each([
  ['ns/app', 'once tag other/copy:v1 is deleted'],
  ['other/copy', 'once tag v1 is deleted'],
  ['', 'once tag other/copy:v1 is deleted'],
])('in a text about %s, a tag of other/copy is named: %s', (here, text) => {
  expect(describeChanges([{ kind: 'delete-tag', stream: 'other/copy', tag: 'v1' }], here)).toBe(text);
});
