import { parse } from 'yaml';
import { styles } from '../../../../src/core/terminal/color.js';
import { hardPruneDocument } from '../../../../src/core/hard-prune/output/document.js';
import { hardPruneMetrics } from '../../../../src/core/hard-prune/output/metrics.js';
import { hardPruneNames, hardPrunePrunerLines } from '../../../../src/core/hard-prune/output/lines.js';
import type { HardPruneDocument } from '../../../../src/core/hard-prune/output/document-type.js';
import type { HardPruneReport } from '../../../../src/core/hard-prune/report.js';
import { hardPruneTables } from '../../../../src/core/hard-prune/output/table.js';
import type { Digest } from '../../../../src/core/model/digest.js';
import { digest } from '../../../support/builders.js';
import { schemaProblems } from '../../../support/json-schema.js';
import { documentPieces } from '../../../support/document-pieces.js';

const [a, b, link] = ['a', 'b', 'link'].map(digest) as [Digest, Digest, Digest];

function aReport(overrides: Partial<HardPruneReport> = {}): HardPruneReport {
  return {
    dryRun: true,
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:00:09Z',
    options: { rules: 'safe', readOnly: 'auto', danglingLinks: false },
    plan: {
      repositories: [{ name: 'ns/gone', reason: 'its image stream does not exist' }],
      manifestLinks: [{ repository: 'ns/app', digest: link }],
      layerLinks: [],
      uploads: [],
      blobs: [
        { digest: a, bytes: 1000 },
        { digest: b, bytes: 1376 },
      ],
      bytes: 2376,
      abandonedUploads: 0,
      kept: [],
    },
    failures: [],
    procedure: [],
    warnings: [],
    ...overrides,
  };
}

const done = aReport({
  dryRun: false,
  outcomes: {
    repositories: [{ status: 'deleted' }],
    manifestLinks: [{ status: 'failed', message: 'EACCES' }],
    layerLinks: [],
    uploads: [],
    blobs: [{ status: 'deleted' }, { status: 'skipped', reason: 'held back' }],
  },
  failures: [{ target: `ns/app@${link}`, message: 'EACCES' }],
});

const text = (pieces: Iterable<string>): string => [...pieces].join('');
const json = (report: HardPruneReport): HardPruneDocument =>
  JSON.parse(text(documentPieces(hardPruneDocument(report), 'json'))) as HardPruneDocument;

test('the JSON document of a dry run', () => {
  expect(json(aReport())).toMatchObject({
    apiVersion: 'regadm/v1',
    kind: 'HardPrune',
    dryRun: true,
    summary: { blobs: 2, bytes: 2376, manifestLinks: 1, repositories: 1, layerLinks: 0, failed: 0 },
    blobs: [
      { digest: a, bytes: 1000, status: 'would-delete' },
      { digest: b, bytes: 1376, status: 'would-delete' },
    ],
    manifestLinks: [{ repository: 'ns/app', digest: link, status: 'would-delete' }],
    repositories: [{ name: 'ns/gone', reason: 'its image stream does not exist', status: 'would-delete' }],
    layerLinks: [],
    procedure: [],
    failures: [],
  });
});

test('after a run, it counts what was deleted and lists what was not', () => {
  expect(json(done)).toMatchObject({
    summary: { blobs: 1, bytes: 1000, manifestLinks: 0, repositories: 1, failed: 1, skipped: 1 },
    blobs: [{ status: 'deleted' }, { status: 'skipped', reason: 'held back' }],
    manifestLinks: [{ status: 'failed', message: 'EACCES' }],
  });
});

test.each([
  ['a dry run', aReport()],
  ['a run', done],
])('%s conforms to the schema', (_what, report) => {
  expect(schemaProblems('hard-prune', json(report))).toEqual([]);
});

test('YAML is the same document', () => {
  expect(parse(text(documentPieces(hardPruneDocument(done), 'yaml')))).toEqual(json(done));
});

test("the lines of the registry's own pruner", () => {
  expect(text(hardPrunePrunerLines(aReport())).split('\n')).toEqual([
    `Would delete manifest link: ns/app@${link}`,
    'Would delete repository: ns/gone',
    `Would delete blob: ${a}`,
    `Would delete blob: ${b}`,
    'Would delete 2 blobs',
    'Would free up 2.32KiB of disk space',
    'Use -prune=delete to actually delete the data',
    '',
  ]);
});

test('one name per line', () => {
  expect(text(hardPruneNames(aReport())).split('\n')).toContain(`blob/${a}`);
});

test('tables are cut after 20 rows unless wide, and end with the command that deletes', () => {
  const blobs = Array.from({ length: 25 }, (_, index) => ({ digest: digest(index), bytes: index }));
  const report = aReport({ plan: { ...aReport().plan, blobs } });
  const options = { width: Infinity, styles: styles(false) };
  const short = text(hardPruneTables(report, { ...options, wide: false }));
  expect(short).toContain('… and 5 more (-o wide shows all)');
  expect(short).toContain('Nothing was changed. Add --confirm to delete.');
  const wide = text(hardPruneTables(report, { ...options, wide: true }));
  expect(blobs.every(({ digest }) => wide.includes(digest))).toBe(true);
});

describe('an online run', () => {
  const blob = { digest: a, bytes: 1000 };
  const online: HardPruneReport['online'] = {
    marked: [
      { ...blob, links: 1, status: 'marked' },
      { digest: b, bytes: 1376, links: 1, status: 'skipped', reason: 'a link to it could not be removed' },
    ],
    unmarked: [{ digest: link, bytes: 3, reason: 'linked by repository ns/app', status: 'unmarked' }],
    restored: [],
    purged: [],
    waiting: undefined,
    trash: { blobs: 0, bytes: 0 },
  };
  const report = aReport({ dryRun: false, online, plan: { ...done.plan, blobs: [] } });

  test('names the blobs that it has marked', () => {
    expect(text(hardPruneNames(report)).split('\n')).toEqual([
      `markedblob/${a}`,
      `manifestlink/ns/app@${link}`,
      'repository/ns/gone',
      '',
    ]);
  });

  test('counts the blobs that it has marked and unmarked in the metrics', () => {
    const samples = hardPruneMetrics(report).flatMap((family) => JSON.stringify(family));
    for (const kind of ['marked_blob', 'unmarked_blob']) expect(samples.join()).toContain(kind);
    expect(samples.join()).toContain('"unmarked"');
  });
});
