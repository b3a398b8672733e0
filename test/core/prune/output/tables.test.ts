import { STATUS } from '../../../../src/core/prune/outcome.js';
import { anImage, anImageStream, anOrdinaryImage, digest } from '../../../support/builders.js';
import { aConfirmedReport, aPlan, aReport } from '../../../support/reports.js';
import { rendered, storyPlan, tidyPlan } from './story.js';

const LONG_TAG = 'main-build-20260101-0123456789abcdef0123456789abcdef01234567-linux-amd64';
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

/** Thirty images in a stream with names of maximum length. */
function longPlan() {
  const names = Array.from({ length: 30 }, (_, at) => `image ${at}`);
  const key = `${'n'.repeat(63)}/${'s'.repeat(80)}`;
  return aPlan(
    [...names.map((name) => anOrdinaryImage(name).in(key)), anImageStream(key).withTag(LONG_TAG, names.map(digest))],
    { keepTagRevisions: 1 },
  );
}

test('a dry run shows three tables and how to apply the plan', () => {
  const images = [digest('oldest'), digest('forgotten')].sort();
  const where = { [digest('oldest')]: 'shop/web:v1 and 1 more', [digest('forgotten')]: 'shop/gone (no tag)' };
  expect(rendered(aReport(storyPlan()), 'table')).toBe(
    [
      'Would delete 2 images and 4 tag items in 2 image streams, and free at least',
      '4.102 KiB in the registry.',
      '',
      'Image streams to update',
      'NAMESPACE   NAME   TAG      REMOVE   KEEP',
      'shop        web    latest        2      1',
      'shop        web    v1            1      1',
      'shop-b      lost   latest        1      0',
      'a           left   -             0      0',
      '',
      'Images to delete',
      'IMAGE                 CREATED        SIZE   WHERE',
      ...images.map((name) => `${name.slice(0, 19)}       31d   2.051 KiB   ${where[name]}`),
      'SIZE includes layers that other images share; the largest come first',
      '',
      'Summary',
      'KIND                      TO DELETE   FREES',
      'image streams (updated)           2',
      'tag items                         4',
      'images                            2   about 17.58 KiB of objects in etcd',
      'layer links                       6',
      'manifest links                    2',
      'blobs                             8   at least 4.102 KiB in the registry',
      '',
      'Dry run: nothing was changed. To apply it, run the same command with --confirm.',
      '',
    ].join('\n'),
  );
});

describe('width', () => {
  test('at 80 columns names, digests, counts and sizes are whole, even if the names are long', () => {
    const text = rendered(aReport(longPlan()), 'table', { width: 80 });
    expect(text).toMatch(new RegExp(`^n{63} {3}s{80} {3}${LONG_TAG} +29 +1$`, 'm'));
    expect(text).toMatch(new RegExp(`^sha256:[0-9a-f]{12} +31d +2\\.051 KiB {3}n{63}/s{80}:${LONG_TAG}$`, 'm'));
  });

  test('with ordinary names nothing is wider than 80 columns', () => {
    expect(widest(rendered(aReport(storyPlan()), 'table', { width: 80 }))).toBeLessThanOrEqual(80);
  });

  test('without a terminal nothing is cut', () => {
    expect(rendered(aReport(longPlan()), 'table', { width: Infinity })).toContain(LONG_TAG);
  });
});

test('long tables are cut after 20 rows; wide shows all, with full digests and reasons', () => {
  const report = aReport(longPlan());
  const rows = (text: string): number => text.match(/^sha256:/gm)?.length ?? 0;
  const table = rendered(report, 'table');
  expect(rows(table)).toBe(20);
  expect(table).toContain('\n… and 9 more (-o wide shows all)\n');
  const wide = rendered(report, 'wide');
  expect(rows(wide)).toBe(29);
  expect(wide).not.toContain('more (-o wide');
  expect(wide).toContain(digest('image 29'));
  expect(wide).toContain('position 29 of 30 is beyond --keep-tag-revisions=1 and nothing uses it');
  expect(wide).toContain('no remaining tag item lists it and nothing uses it');
  expect(wide).not.toContain('…');
});

test('colors are used only on request, and do not change the layout', () => {
  const report = aReport(storyPlan());
  const painted = rendered(report, 'table', { color: true });
  const plain = rendered(report, 'table', { color: false });
  expect(plain).not.toContain('\u001b');
  expect(painted).toContain('\u001b[1mSummary');

  expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(plain);
});

test('a run with nothing to do prints one sentence', () => {
  expect(rendered(aReport(tidyPlan()), 'table')).toBe(
    'Nothing to prune: everything is kept (1 tag item of 1 image stream, 1 image).\n',
  );
  expect(rendered(aReport(tidyPlan({ namespace: 'shop' })), 'table')).toBe(
    'Nothing to prune in namespace shop: everything is kept (1 tag item of 1 image stream).\n',
  );
});

test('nothing to do does not hide failures', () => {
  const report = aReport(tidyPlan(), { failures: [{ target: 'image x', message: 'its metadata cannot be read' }] });
  expect(rendered(report, 'table')).toContain('image x: its metadata cannot be read');
});

test('with --namespace, no image is deleted, and the output states that', () => {
  expect(rendered(aReport(storyPlan({ namespace: 'shop' })), 'table')).toContain('Images to delete: none\n');
});

test('without the registry, no space is freed there', () => {
  expect(rendered(aReport(storyPlan({ pruneRegistry: false })), 'table')).toContain('nothing: --prune-registry=false');
});

test('an image that nothing lists is described by its repository', () => {
  const where = (reference: string): string =>
    /^sha256.* {3}(\S.*)$/m.exec(
      rendered(aReport(aPlan([anImage(digest('x')).withReference(reference)])), 'table'),
    )![1]!;
  expect(where('registry.example.org:5000/ns/app@sha256:abc')).toBe('ns/app (no tag)');
  expect(where('ns/app')).toBe('ns/app (no tag)');
  expect(where('u:s3cret1@registry.example.org/ns/app@sha256:abc')).toBe('ns/app (no tag)');
  const withPassword = where('https://u:s3cret1@h.example.org/x@sha256:abc');
  expect(withPassword).toContain('@h.example.org/x');
  expect(withPassword).not.toContain('s3cret1');
  expect(where('')).toBe('no tag');
});

describe('a confirmed run', () => {
  test('uses the past tense', () => {
    const text = rendered(aConfirmedReport(storyPlan()), 'table');
    expect(text).toMatch(/^NAMESPACE +NAME +TAG +REMOVED +KEPT +STATUS$/m);
    expect(text).toMatch(/^shop +web +latest +2 +1 +updated$/m);
    expect(text).toMatch(/^sha256:\S+ .* deleted$/m);
    expect(text).toMatch(/^images +2 +about 17\.58 KiB of objects in etcd$/m);
    expect(text).toMatch(/\nDone\.\n$/);
    expect(text).not.toContain('--confirm');
  });

  test('lists what failed and what was skipped, with reasons', () => {
    const report = aConfirmedReport(storyPlan(), {
      failures: [{ target: `image ${digest('oldest')}`, message: 'HTTP 500\nInternal\u001b[2J error' }],
    });
    report.outcome.images[0] = STATUS.failed;
    report.outcome.images[1] = STATUS.skipped;
    report.outcome.imageNotes.set(1, 'pod shop/late uses it now');
    report.outcome.streams[2]!.status = STATUS.skipped;
    report.outcome.streams[2]!.note = 'the stream is younger now';
    const text = rendered(report, 'table');
    expect(text).toContain(`Failed\n  image ${digest('oldest')}: HTTP 500\\nInternal\\x1b[2J error\n`);
    expect(text).toContain(`Skipped\n  image stream shop-b/lost: the stream is younger now\n  image `);
    expect(text).toContain(': pod shop/late uses it now\n');
    expect(text).toMatch(/^failed +1$/m);
    expect(text).toContain('Completed with errors.');
  });

  test('that was interrupted states what it did not reach', () => {
    const text = rendered(aReport(storyPlan(), { dryRun: false, interrupted: { exitCode: 130 } }), 'table');
    expect(text).toContain('Not reached: 3 image streams and 2 images. The next run continues there.\n');
    expect(text).toContain('Run the same command again');
    expect(widest(text)).toBeLessThanOrEqual(80);
  });

  test('cuts long lists of failures', () => {
    const failures = Array.from({ length: 25 }, (_, at) => ({
      target: `image ${String(at).padStart(2, '0')}`,
      message: 'HTTP 500',
    }));
    const report = aConfirmedReport(storyPlan(), { failures });
    expect(rendered(report, 'table')).toContain('image 19: HTTP 500\n… and 5 more (-o wide shows all)\n');
    expect(rendered(report, 'wide')).toContain('image 24: HTTP 500\n');
  });
});
