import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { STATUS } from '../../../../src/core/prune/outcome.js';
import type { ImagePruneReport } from '../../../../src/core/prune/report.js';
import { errorDocument } from '../../../../src/cli/error-document.js';
import { refusal, RegadmError } from '../../../../src/core/model/errors.js';
import { aPod, anImage, anImageStream, digest } from '../../../support/builders.js';
import { schemaProblems } from '../../../support/json-schema.js';
import { aConfirmedReport, aPlan, aReport } from '../../../support/reports.js';
import { rendered, storyPlan, tidyPlan } from './story.js';

interface Entry {
  [key: string]: unknown;
  status: string;
}

interface Document {
  summary: Record<string, number>;
  imageStreams: (Entry & { items: Entry[] })[];
  images: Entry[];
  layerLinks: Entry[];
  manifestLinks: Entry[];
  blobs: Entry[];
  [key: string]: unknown;
}

/** Renders, checks against the schema, and parses; the YAML must be the same document. */
function documentOf(report: ImagePruneReport): Document {
  const document = JSON.parse(rendered(report, 'json')) as Document;
  expect(schemaProblems('image-prune', document)).toEqual([]);
  expect(parseYaml(rendered(report, 'yaml'))).toEqual(document);
  return document;
}

const keysOf = (value: object): string[] => Object.keys(value);

describe('a dry run', () => {
  const document = documentOf(
    aReport(storyPlan(), { registry: { url: 'https://registry.example.org', verified: true } }),
  );

  test('has the keys of the contract, in its order', () => {
    expect(keysOf(document)).toEqual([
      'apiVersion',
      'kind',
      'dryRun',
      'startedAt',
      'finishedAt',
      'options',
      'registry',
      'summary',
      'imageStreams',
      'images',
      'layerLinks',
      'manifestLinks',
      'blobs',
      'invalidReferences',
      'warnings',
      'failures',
      'preflight',
    ]);
    expect(keysOf(document.summary)).toEqual([
      'images',
      'imageStreams',
      'imageStreamTagItems',
      'layerLinks',
      'manifestLinks',
      'blobs',
      'bytes',
      'failed',
      'skipped',
    ]);
    expect(document).toMatchObject({
      apiVersion: 'regadm/v1',
      kind: 'ImagePrune',
      dryRun: true,
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:00:09Z',
      options: { keepTagRevisions: 1, keepYoungerThan: '60m', all: true, pruneRegistry: true, referrers: 'extended' },
      registry: { url: 'https://registry.example.org', verified: true },
    });
  });

  test('states for every entry what would happen', () => {
    expect(new Set(document.imageStreams.map(({ status }) => status))).toEqual(new Set(['would-update']));
    const others = [
      document.images,
      document.layerLinks,
      document.manifestLinks,
      document.blobs,
      ...document.imageStreams.map(({ items }) => items),
    ];
    expect(new Set(others.flat().map(({ status }) => status))).toEqual(new Set(['would-delete']));
  });

  test('has the position, image and reason of a tag item', () => {
    const web = document.imageStreams.find(({ name }) => name === 'web')!;
    expect(web.items).toEqual([
      item('latest', 1, 'older', 'position 1 of 3 is beyond --keep-tag-revisions=1 and nothing uses it'),
      item('latest', 2, 'oldest', 'position 2 of 3 is beyond --keep-tag-revisions=1 and nothing uses it'),
      item('v1', 1, 'oldest', 'position 1 of 2 is beyond --keep-tag-revisions=1 and nothing uses it'),
    ]);
    const lost = document.imageStreams.find(({ name }) => name === 'lost')!;
    expect(lost.items).toEqual([{ ...item('latest', 0, 'no such image', 'the image does not exist'), bytes: null }]);
  });

  test('has a stream without items if only links of an earlier run are left', () => {
    expect(document.imageStreams[0]).toEqual({ namespace: 'a', name: 'left', status: 'would-update', items: [] });
    expect(document.summary.imageStreams).toBe(2);
  });

  test('has counts that match its lists', () => {
    expect(document.summary).toEqual({
      images: document.images.length,
      imageStreams: 2,
      imageStreamTagItems: 4,
      layerLinks: document.layerLinks.length,
      manifestLinks: document.manifestLinks.length,
      blobs: document.blobs.length,
      bytes: document.blobs.reduce((sum, { bytes }) => sum + (bytes as number), 0),
      failed: 0,
      skipped: 0,
    });
    expect(document.summary.bytes).toBe(2 * 2100);
  });

  test('is sorted', () => {
    const sorted = (entries: Entry[], ...keys: string[]): void => {
      const texts = entries.map((entry) => keys.map((key) => String(entry[key])).join('\0'));
      expect(texts).toEqual([...texts].sort());
      expect(texts.length).toBeGreaterThan(1);
    };
    sorted(document.imageStreams, 'namespace', 'name');
    sorted(document.images, 'name');
    sorted(document.layerLinks, 'repository', 'digest');
    sorted(document.manifestLinks, 'repository', 'digest');
    sorted(document.blobs, 'digest');
  });

  test('has an entry on each line', () => {
    const lines = rendered(aReport(storyPlan()), 'json').split('\n');
    expect(lines.filter((line) => /^ {4}\{"digest":/.test(line))).toHaveLength(document.blobs.length);
  });
});

function item(tag: string, position: number, image: string, reason: string): Entry {
  return { tag, position, image: digest(image), bytes: 2100, reason, status: 'would-delete' };
}

describe('a confirmed run', () => {
  test('states the result for every entry', () => {
    const plan = storyPlan();
    const report = aConfirmedReport(plan, {
      failures: [
        {
          target: `layer link ${plan.snapshot.digests.text(plan.streams[1]!.layerLinks[0]!)} in shop/web`,
          message: 'HTTP 500',
        },
      ],
    });
    const { outcome } = report;
    outcome.images[0] = STATUS.gone;
    outcome.images[1] = STATUS.skipped;
    outcome.imageNotes.set(1, 'pod shop/x uses it now');
    outcome.blobs[0] = STATUS.failed;
    outcome.blobNotes.set(0, 'HTTP 503');
    outcome.streams[1]!.layerLinks[0] = STATUS.failed;
    outcome.streams[2]!.status = STATUS.failed;
    outcome.streams[2]!.note = 'conflict after 5 attempts';
    outcome.streams[2]!.items.fill(STATUS.skipped);
    const document = documentOf(report);

    expect(document.images.map(({ status }) => status).slice(0, 2)).toEqual(['gone', 'skipped']);
    expect(document.images[1]).toMatchObject({ reason: 'pod shop/x uses it now' });
    expect(document.blobs[0]).toMatchObject({ status: 'failed', message: 'HTTP 503' });
    const names = plan.streams.map(({ stream }) => stream.name);
    expect(names).toEqual(['left', 'web', 'lost']);
    const failedLink = document.layerLinks.find(({ status }) => status === 'failed')!;
    expect(failedLink).toMatchObject({ repository: 'shop/web', message: 'HTTP 500' });
    expect(document.imageStreams.map(({ status }) => status)).toEqual(['updated', 'updated', 'failed']);
    expect(document.imageStreams[2]).toMatchObject({
      message: 'conflict after 5 attempts',
      items: [{ status: 'skipped', reason: 'conflict after 5 attempts' }],
    });
    expect(document.summary).toMatchObject({
      images: 1,
      imageStreams: 1,
      imageStreamTagItems: 3,
      failed: 1,
      skipped: 2,
    });
  });

  test('that was interrupted lists what it did not reach', () => {
    const report = aReport(storyPlan(), { dryRun: false, interrupted: { exitCode: 130 } });
    report.outcome.images[0] = STATUS.deleted;
    const document = documentOf(report);
    expect(document.interrupted).toBe(true);
    expect(document.images[0]).toMatchObject({ status: 'deleted' });
    expect(document.images[1]).toMatchObject({ status: 'skipped', reason: 'the run ended before its turn' });
    expect(document.imageStreams[0]).toMatchObject({ status: 'skipped', reason: 'the run ended before its turn' });
    expect(document.summary).toMatchObject({
      images: 1,
      imageStreams: 0,
      imageStreamTagItems: 0,
      blobs: 0,
      bytes: 0,
      skipped: 1 + 4,
    });
  });
});

test('a skipped tag item has the reason of its image', () => {
  const plan = storyPlan();
  const report = aConfirmedReport(plan);
  const at = plan.images.findIndex((image) => plan.snapshot.images.nameText(image) === digest('oldest'));
  report.outcome.images[at] = STATUS.skipped;
  report.outcome.imageNotes.set(at, 'in use by pod shop/late');
  report.outcome.streams[1]!.items.fill(STATUS.skipped);
  const items = documentOf(report).imageStreams[1]!.items;
  expect(items.filter(({ image }) => image === digest('oldest')).map(({ reason }) => reason)).toEqual(
    Array(2).fill('in use by pod shop/late'),
  );
});

test('a run with nothing to do has a complete document with empty arrays', () => {
  const document = documentOf(aReport(tidyPlan()));
  expect(document).toMatchObject({
    registry: null,
    imageStreams: [],
    images: [],
    layerLinks: [],
    manifestLinks: [],
    blobs: [],
  });
});

test('ignored references, warnings, failures and checks are in it, sorted', () => {
  const pods = ['z', 'a'].map((name) => aPod(`shop/${name}`).running('registry.example.org/Not/Valid'));
  const report = aReport(aPlan(pods, { ignoreInvalidRefs: true, namespace: 'shop' }), {
    warnings: ['b', 'a'],
    failures: [
      { target: 'z', message: '2' },
      { target: 'b', message: '1' },
    ],
    preflight: [
      { name: 'token', status: 'ok', message: 'there is a token' },
      { name: 'registry', status: 'failed', message: 'unreachable', suggestions: ['expose it', 'pass --registry-url'] },
      { name: 'mode', status: 'unknown', message: 'the registry does not answer' },
      { name: 'clocks', status: 'warning', message: '90 s ahead', suggestions: ['set the clocks'] },
    ],
  });
  const document = documentOf(report);
  expect(document.invalidReferences).toMatchObject([
    {
      referrer: { kind: 'Pod', namespace: 'shop', name: 'a' },
      field: 'container c0',
      reference: 'registry.example.org/Not/Valid',
    },
    { referrer: { name: 'z' } },
  ]);
  expect(document).toMatchObject({
    options: { namespace: 'shop', ignoreInvalidRefs: true },
    warnings: ['a', 'b'],
    failures: [{ target: 'b' }, { target: 'z' }],
  });
  expect(document.preflight).toEqual([
    { check: 'token', ok: true, message: 'there is a token' },
    { check: 'registry', ok: false, message: 'unreachable', suggestion: 'expose it; pass --registry-url' },
    { check: 'mode', ok: true, message: 'not checked: the registry does not answer' },
    { check: 'clocks', ok: false, message: '90 s ahead', suggestion: 'set the clocks' },
  ]);
});

test('a creation time that cannot be read is null', () => {
  const plan = aPlan([anImage(digest('x')).created('yesterday')], { referrers: 'oc' });
  expect(documentOf(aReport(plan)).images[0]).toMatchObject({ created: null });
});

test('an index is deleted with its children', () => {
  const plan = aPlan([anImage(digest('index')).withChildren([digest('child')]), anImage(digest('child'))]);
  expect(documentOf(aReport(plan)).images).toHaveLength(2);
});

test('JSON and YAML can contain any text of a cluster or a server', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...': #-?\'"\\\n\t&*!|>%@`{}[],~yn01.=<\u0085\u2028\ufeff') }),
    fc.constantFrom(
      'yes',
      'NO',
      'null',
      '~',
      'true',
      '1e3',
      '0x1f',
      '2026-01-01',
      '12:30',
      '- a',
      'a: b',
      'a #b',
      'a:',
      ' a',
      'a ',
      '',
      '<<',
      '=',
    ),
  );
  const plan = tidyPlan();
  fc.assert(
    fc.property(text, text, (target, message) => {
      const report = aReport(plan, { failures: [{ target, message }], warnings: [message] });
      const document = JSON.parse(rendered(report, 'json')) as Document;
      expect(document.failures).toEqual([{ target, message }]);
      expect(parseYaml(rendered(report, 'yaml'))).toEqual(document);
    }),
    { numRuns: 300 },
  );
});

test('tags that look like other YAML values are strings', () => {
  const tags = ['1.10', 'yes', 'null', '20260101', 'v1', '0o17', '1_000'];
  const built = anImageStream('ns/app');
  for (const tag of tags) built.withTag(tag, [digest('gone')]);
  const [stream] = documentOf(aReport(aPlan([built]))).imageStreams;
  expect(stream!.items.map(({ tag }) => tag)).toEqual([...tags].sort());
});

describe('the Error document', () => {
  const check = (error: RegadmError): void => expect(schemaProblems('error', errorDocument(error))).toEqual([]);

  test('conforms to its schema', () =>
    check(refusal('MAX_DELETE', 'the plan is larger than --max-delete', ['raise it'])));

  test('lists invalid references', () => {
    let thrown: unknown;
    try {
      aPlan([aPod('shop/web').running('registry.example.org/Not/Valid')]);
    } catch (error) {
      thrown = error;
    }
    check(thrown as RegadmError);
    expect(errorDocument(thrown as RegadmError)).toMatchObject({
      code: 'INVALID_REFERENCES',
      invalidReferences: [{ field: 'container c0' }],
    });
  });
});
