import { emptySnapshot, type Snapshot } from '../../../../src/core/model/table/snapshot.js';
import { planImagePrune } from '../../../../src/core/prune/plan/plan.js';
import { digest, NOW, pruneOptions } from '../../../support/builders.js';
import { inChunks } from '../../../../src/core/terminal/chunks.js';
import { aReport, imagePrunePieces, type ImagePruneFormat } from '../../../support/reports.js';

const LAYERS = 3;

/** Images that nothing lists, each with a config and layers of its own. */
function manyImages(count: number): Snapshot {
  const snapshot = emptySnapshot();
  for (let at = 0; at < count; at++) {
    snapshot.images.add({
      name: digest(at),
      uid: '',
      created: 0,
      managed: true,
      reference: `registry.example.org:5000/ns/app@${digest(at)}`,
      size: 1000,
      config: digest(`config ${at}`),
      layers: Array.from({ length: LAYERS }, (_, layer) => ({ digest: digest(`${at} ${layer}`), size: 300 })),
      children: [],
      oci: false,
      hasPlatform: false,
      unreadable: '',
    });
  }
  return snapshot;
}

function render(count: number, format: ImagePruneFormat): () => Generator<string> {
  const report = aReport(planImagePrune({ snapshot: manyImages(count), now: NOW }, pruneOptions()));
  return () => inChunks(imagePrunePieces(report, format));
}

test('100,000 images and their 500,000 blobs are valid JSON in pieces of moderate size', () => {
  const count = 100_000;
  const chunks = [...render(count, 'json')()];
  expect(chunks.length).toBeGreaterThan(500);
  expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThan(128 * 1024);
  const document = JSON.parse(chunks.join('')) as {
    images: object[];
    blobs: { bytes: number }[];
    summary: { bytes: number };
  };
  expect(document.images).toHaveLength(count);
  expect(document.blobs).toHaveLength(count * (LAYERS + 2));
  expect(document.summary.bytes).toBe(count * 1000);
  expect(document.blobs.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(count * 1000);
});

test.each(['json', 'yaml', 'oc', 'wide'] as const)(
  '%s is rendered in pieces of moderate size, the same each time',
  (format) => {
    const again = render(2000, format);
    const chunks = [...again()];
    expect(chunks.length).toBeGreaterThan(2);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThan(128 * 1024);
    expect([...again()]).toEqual(chunks);
  },
);

test('the table for people is short', () => {
  const text = [...render(2000, 'table')()].join('');
  expect(text).toContain('… and 1,980 more (-o wide shows all)');
  expect(text.split('\n').length).toBeLessThan(50);
});

test('a reader that stops early ends the rendering', () => {
  const chunks = render(2000, 'json')();
  chunks.next();
  expect(chunks.return(undefined).done).toBe(true);
  expect(chunks.next().done).toBe(true);
});
