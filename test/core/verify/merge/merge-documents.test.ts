import { gzipSync } from 'node:zlib';
import { mergeDocuments, type DocumentText } from '../../../../src/core/verify/merge/merge-documents.js';
import type { BrokenImage, VerificationSummary } from '../../../../src/core/verification/plan/types.js';

const IMAGE = `sha256:${'1'.repeat(64)}`;
const LAYER = `sha256:${'2'.repeat(64)}`;
const OTHER = `sha256:${'3'.repeat(64)}`;
const CLUSTER = 'c0ffee00-0000-4000-8000-000000000001';

interface Options {
  index: number;
  of?: number;
  startedAt?: string;
  summary?: Partial<VerificationSummary>;
  broken?: BrokenImage[];
  [field: string]: unknown;
}

const COUNTS = { images: 3, blobs: 7, bytesRead: 0, broken: 0, unlistedImages: 1, importedImages: 2 };

/** Returns a document as a file has it. */
function shard({ index, of = 2, startedAt = `2026-01-0${index + 1}T00:00:00.000Z`, ...more }: Options): DocumentText {
  const { summary, broken = [], ...fields } = more;
  const document = {
    apiVersion: 'regadm/v1',
    kind: 'RegistryVerification',
    startedAt,
    finishedAt: startedAt.replace('00:00:00', '01:00:00'),
    options: { storage: 'cluster' },
    cluster: CLUSTER,
    shard: { index, of },
    summary: { ...COUNTS, broken: broken.length, ...summary },
    broken,
    unchecked: [],
    warnings: [],
    ...fields,
  };
  return { source: `shard-${index}.json`, content: Buffer.from(JSON.stringify(document)) };
}

function brokenImage(image: string, what: BrokenImage['problems'][number]['what'], digest: string): BrokenImage {
  return {
    image,
    problems: [{ what, digest, repository: 'shop/app' }],
    tags: [{ namespace: 'shop', name: 'app', tag: 'latest', position: 0 }],
    uses: [{ kind: 'Pod', namespace: 'shop', name: 'app-1' }],
    remedies: ['push it again'],
  };
}

const merge = (...documents: DocumentText[]) => mergeDocuments(documents, 'no document of it was given');

test('adds the bytes of all shards, and takes the counts of the newest one', () => {
  const { verification, shards, startedAt, finishedAt, cluster } = merge(
    shard({ index: 1, summary: { images: 4, bytesRead: 200 } }),
    shard({ index: 0, summary: { images: 3, bytesRead: 100 } }),
  );
  expect(verification.summary).toEqual({ ...COUNTS, images: 4, bytesRead: 300 });
  expect(verification.unchecked).toEqual([]);
  expect(shards).toEqual({ of: 2, missing: [], truncated: [] });
  expect([startedAt, finishedAt, cluster]).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-02T01:00:00.000Z', CLUSTER]);
});

test('lists an image once, with the problems of all shards', () => {
  const missing = brokenImage(IMAGE, 'missing-layer', LAYER);
  const { verification } = merge(
    shard({ index: 0, broken: [missing, brokenImage(OTHER, 'corrupt', OTHER)] }),
    shard({ index: 1, broken: [missing, { ...brokenImage(IMAGE, 'corrupt', IMAGE), remedies: ['restore it'] }] }),
  );
  expect(verification.summary.broken).toBe(2);
  expect(verification.broken.map(({ image }) => image)).toEqual([IMAGE, OTHER]);
  expect(verification.broken[0]).toEqual({
    ...missing,
    problems: [
      { what: 'corrupt', digest: IMAGE, repository: 'shop/app' },
      { what: 'missing-layer', digest: LAYER, repository: 'shop/app' },
    ],
    remedies: ['push it again', 'restore it'],
  });
});

test('names the shards without a document as not checked', () => {
  const { verification, shards } = merge(shard({ index: 1, of: 3 }));
  expect(shards?.missing).toEqual([0, 2]);
  expect(verification.unchecked).toEqual([
    { target: 'shard 1/3 (index 0)', message: 'no document of it was given' },
    { target: 'shard 3/3 (index 2)', message: 'no document of it was given' },
  ]);
});

test('says which documents are not complete, and keeps what they count', () => {
  const cut = shard({
    index: 0,
    truncated: true,
    summary: { broken: 9 },
    broken: [brokenImage(IMAGE, 'corrupt', IMAGE)],
  });
  const { verification, shards, warnings } = merge(cut, shard({ index: 1 }));
  expect(verification.summary.broken).toBe(9);
  expect(shards?.truncated).toEqual([0]);
  expect(warnings[0]).toContain('shard 1/2 (index 0) is not complete');
});

test('keeps what could not be checked, and each warning once', () => {
  const fields = { unchecked: [{ target: 'blob x', message: '503' }], warnings: ['w'] };
  const { verification, warnings } = merge(shard({ index: 0, ...fields }), shard({ index: 1, ...fields }));
  expect(verification.unchecked).toEqual(fields.unchecked);
  expect(warnings).toEqual(['w']);
});

test('accepts documents whose options state their shards', () => {
  const subsets = ['1/2', 'job/2'].map((readDataSubset, index) => shard({ index, options: { readDataSubset } }));
  expect(merge(...subsets).shards?.missing).toEqual([]);
});

test('warns of documents without a cluster', () => {
  const [first, second] = [0, 1].map((index) => shard({ index, cluster: undefined }));
  expect(merge(first!).warnings[0]).toContain('the cluster of shard-0.json cannot be compared');
  expect(merge(first!, shard({ index: 1 })).warnings[0]).toContain('the cluster of shard-0.json cannot be compared');
  expect(merge(first!, second!).warnings[0]).toContain('the cluster of shard-0.json and 1 other document cannot');
});

test('reads compressed documents', () => {
  const { source, content } = shard({ index: 0, of: 1 });
  expect(merge({ source, content: gzipSync(content) }).shards?.of).toBe(1);
});

const text = (content: string): DocumentText => ({ source: 'x.json', content: Buffer.from(content) });

test.each([
  ['shard 1/2 (index 0) occurs twice: shard-0.json and shard-0.json', [shard({ index: 0 }), shard({ index: 0 })]],
  ['it is one of 3 shards, not of 2', [shard({ index: 0 }), shard({ index: 1, of: 3 })]],
  ['it is of another cluster', [shard({ index: 0 }), shard({ index: 1, cluster: 'other' })]],
  ['it verified shop, not all', [shard({ index: 0 }), shard({ index: 1, options: { only: ['shop'] } })]],
  ['its kind is "HardPrune"', [shard({ index: 0, kind: 'HardPrune' })]],
  ['it is not the document of a shard', [shard({ index: 0, shard: undefined })]],
  ['there is no shard 2 of 2', [shard({ index: 2 })]],
  ['there is no shard 1 of 1000000000', [shard({ index: 1, of: 1e9, startedAt: '' })]],
  ['shard.index is not a number', [shard({ index: 0, shard: { index: -1, of: 2 } })]],
  ['summary.blobs is not a number', [shard({ index: 0, summary: { blobs: 0.5 } })]],
  ['broken is not a list', [shard({ index: 0, broken: {} as [], summary: { broken: 0 } })]],
  ['broken[0].image is not a digest', [shard({ index: 0, broken: [{} as BrokenImage] })]],
  ['broken[0].image is not a digest', [shard({ index: 0, broken: [brokenImage('../..', 'corrupt', LAYER)] })]],
  ['broken[0].problems[0].digest is not a', [shard({ index: 0, broken: [brokenImage(IMAGE, 'corrupt', '../..')] })]],
  ['problems[0].what is not a value', [shard({ index: 0, broken: [brokenImage(IMAGE, 'odd' as 'corrupt', LAYER)] })]],
  ['its options state "9/2"', [shard({ index: 0, options: { readDataSubset: '9/2' } })]],
  ['its options state "1/3"', [shard({ index: 0, options: { readDataSubset: '1/3' } })]],
  ['its options state "job/3"', [shard({ index: 0, options: { readDataSubset: 'job/3' } })]],
  ['its options state "5%"', [shard({ index: 0, options: { readDataSubset: '5%' } })]],
  ['it is not JSON', [text('{"kind": "Registry')]],
  ['it is not JSON', [text('')]],
  ['it is not a JSON object', [text('[]')]],
  ['cannot be merged', [{ source: 'x.json', content: Buffer.from([0x1f, 0x8b, 1, 2]) }]],
  ['larger than', [{ source: 'x.json', content: gzipSync(Buffer.alloc(101 * 1024 * 1024, ' ')) }]],
])('refuses documents that cannot be merged: %s', (message, documents) => {
  expect(() => merge(...documents)).toThrow(
    expect.objectContaining({ code: 'INVALID_FILE', message: expect.stringContaining(message) as string }),
  );
});
