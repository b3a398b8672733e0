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

test('the grid of settings is divided into tables that fit the terminal', () => {
  const revisions = [0, 1, 2, 3, 5, 10];
  const cell = { bytes: 1_500_000, images: 20 };
  const freeable = { revisions, ageTexts: ['60m'], cells: [revisions.map(() => cell)], invalid: [], reported: [] };
  const none = { images: 0, imported: 0, streams: 0, tagItems: 0, blobs: 0, bytes: 0, sharedBetweenNamespaces: 0 };
  const space = { ...none, untagged: none, namespaces: [], imageStreams: [], ages: [] };
  const report = { ...REPORT, freeable, space } as unknown as RegistryStatusReport;
  const headings = (width: number) =>
    [...statusPieces(report, { wide: false, width, styles: styles(false) })].join('').match(/^KEEP YOUNGER.*$/gm);
  const titles = (text: string) => expect.stringMatching(new RegExp(`^KEEP YOUNGER THAN +${text}$`));
  expect(headings(80)).toEqual([titles('KEEP 0 +KEEP 1 +KEEP 2'), titles('KEEP 3 +KEEP 5 +KEEP 10')]);
  expect(headings(Infinity)).toHaveLength(1);
  expect(headings(10)).toHaveLength(6);
});

test('space as stored fits 80 columns', () => {
  const amount = { count: 123_456_789, bytes: 1.234e15 };
  const stored = {
    ...{ text: 's3://registry', flags: '--storage s3://registry', blobs: amount, leftovers: amount, uploads: amount },
    usage: { inUse: amount, orphaned: amount, young: amount },
  };
  const report = { ...REPORT, stored } as unknown as RegistryStatusReport;
  const text = [...statusPieces(report, { wide: false, width: 80, styles: styles(false) })].join('');
  expect(text).toContain('leftover segments                    123,456,789   1.096 PiB\n');
  expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
});

test('free text is wrapped at 80 columns, and nothing of it is lost', () => {
  const none = { images: 0, imported: 0, streams: 0, tagItems: 0, blobs: 0, bytes: 0, sharedBetweenNamespaces: 0 };
  const counts = { images: 123_456, imported: 12_345, streams: 1234, tagItems: 123_456, blobs: 1_234_567 };
  const space = { ...none, ...counts, untagged: none, namespaces: [], imageStreams: [], ages: [] };
  const freeable = { revisions: [3], ageTexts: ['60m'], cells: [[{ bytes: 1, images: 1 }]], invalid: [{}] };
  const message = 'this user may not list pods in the namespace openshift-image-registry: Forbidden';
  const host = `${'long-name-of-a-route.'.repeat(5)}example.com`;
  const registry = {
    ...{ routes: [host, 'b.example.com'], cache: 'inmemory', managementState: '', deleteEnabled: false },
    storage: { kind: 's3', place: 'a-bucket-with-a-long-name in eu-central-1', phase: 'Available', ephemeral: true },
    unavailable: [{ what: 'pods', message }],
  };
  const report = { ...REPORT, registry, space, freeable } as unknown as RegistryStatusReport;
  const textAt = (width: number) =>
    [...statusPieces(report, { wide: false, width, styles: styles(false) })].map(paint).join('');
  const words = (text: string) => text.split(/\s+/);
  const tooLong = textAt(80)
    .split('\n')
    .filter((line) => line.length > 80);
  expect(tooLong).toEqual([expect.stringContaining(host)]);
  expect(words(textAt(80))).toEqual(words(textAt(Infinity)));
  expect(textAt(Infinity)).toContain(`  pods: ${message}\n`);
});
