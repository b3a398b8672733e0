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
  expect(lines.filter((line) => line.startsWith('    because: '))).toHaveLength(3);
  expect(lines).toContain('    otherwise: kept with --keep-tag-revisions=2');
  expect(lines.map((line) => line.trim()).join(' ')).toContain(STAYS);
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

/** Explains ns/: app, whose tags share an image, a stream without images, and `extra` more with one image each. */
function shownNamespace(extra: number, wide = false): string {
  const more = Array.from({ length: extra }, (_, at) => `extra-${at}`);
  const snapshot = aSnapshot(
    anImageStream('ns/app')
      .withTag('b', [digest('new'), digest('old')])
      .withTag('a', [digest('old')]),
    anImageStream('ns/empty'),
    ...more.map((name) => anImageStream(`ns/${name}`).withTag('v1', [digest(name)])),
    ...['new', 'old', ...more].map(anOrdinaryImage),
  );
  const options = pruneOptions({ keepTagRevisions: 1 });
  const answers = [new Explanation(snapshot, options, NOW).answer('ns/')];
  const report: WhyReport = { options, keepYoungerThan: '60m', now: NOW, answers, warnings: [] };
  return [...whyPieces(report, { wide, width: 120, styles: styles(false) })].join('');
}

test('a namespace is shown item by item, in the order of streams and tags', () => {
  const text = shownNamespace(0);
  expect(text).toContain('namespace ns: 2 images in 2 image streams; 3 tag items: 2 kept, 0 pruned, 1 removed');
  const rows = text.split('\n').filter((line) => line.startsWith('app '));
  expect(rows.map((row) => row.split(/ +/)[1])).toEqual(['a', 'b', 'b']);
});

test('a large namespace is shown stream by stream, with all items in -o wide', () => {
  const text = shownNamespace(20);
  expect(text).toMatch(/^app +2 +3 +2 +0 +1$/m);
  expect(text).toContain('… and 2 more (-o wide shows all)');
  expect(shownNamespace(20, true).match(/^extra-\d+ /gm)).toHaveLength(20);
});
