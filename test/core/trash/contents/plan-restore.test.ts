import type { Digest } from '../../../../src/core/model/digest.js';
import type { LinkFile } from '../../../../src/core/storage/trash.js';
import type { Mark, TrashEntry } from '../../../../src/core/trash-store/model.js';
import type { Manifest } from '../../../../src/core/trash/plan/image.js';
import { problemsOf } from '../../../../src/core/trash/plan/image.js';
import {
  linkedManifests,
  manifestCandidates,
  newestEntries,
  planRestore,
  type Removed,
} from '../../../../src/core/trash/contents/plan-restore.js';

const hex = (name: string): string => Buffer.from(name).toString('hex').padEnd(64, '0');
const [INDEX, CHILD, CONFIG, LAYER, SHARED, MARKED, LOOSE] = 'icglsmx'.split('').map(hex) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const digestOf = (of: string): Digest => `sha256:${of}` as Digest;
const link = (kind: LinkFile['kind'], of: string, repository = 'shop/web'): LinkFile => ({
  ...{ repository, kind },
  ...{ path: digestOf(of), digest: digestOf(of) },
});
const entry = (of: string, links: LinkFile[] = [], date = '2026-01-02'): TrashEntry => ({
  ...{ hex: of, date, bytes: 10, movedAt: 0, links },
});

const ENTRIES = [
  entry(INDEX, [link('manifest', INDEX)]),
  entry(CHILD, [link('manifest', CHILD), link('layer', CHILD)]),
  entry(CONFIG, [link('layer', CONFIG)]),
  entry(LAYER, [link('layer', LAYER)]),
  entry(LOOSE),
];
const mark: Mark = { bytes: 10, batch: 'b', links: [link('layer', MARKED)] };
const REMOVED: Removed = { entries: newestEntries(ENTRIES), marks: new Map([[MARKED, mark]]), links: new Map() };
const blobs = [CONFIG, LAYER, SHARED, MARKED].map((of) => ({ hex: of, bytes: 10 }));
const MANIFESTS = new Map<string, Manifest>([
  [INDEX, { blobs: [], children: [CHILD] }],
  [CHILD, { blobs, children: [] }],
]);
const restored = (plan: ReturnType<typeof planRestore>): string[] => plan.entries.map((one) => one.hex);

test('an index is restored with its children, their config and layers, and marked blobs', () => {
  const plan = planRestore(REMOVED, [INDEX], MANIFESTS);
  expect(restored(plan)).toEqual([INDEX, CHILD, CONFIG, LAYER].sort());
  expect(plan.marked).toEqual([MARKED]);
  expect(plan.images).toEqual([INDEX]);
});

test('an image also gets the link to a layer that was never moved', () => {
  const { links } = planRestore(REMOVED, [CHILD], MANIFESTS);
  expect(links).toEqual([link('layer', SHARED)]);
});

test('no link is derived from an index: the registry accepts it without its children', () => {
  const removed: Removed = {
    ...REMOVED,
    entries: newestEntries([entry(INDEX, [link('manifest', INDEX, 'evil/app')])]),
  };
  expect(planRestore(removed, [INDEX], MANIFESTS).links).toEqual([]);
});

test('links that were removed from blobs in their place come back', () => {
  const lost = [
    link('manifest', SHARED, 'shop/old'),
    { ...link('layer', SHARED), path: `sha512:${'0'.repeat(128)}` as Digest },
  ];
  const removed: Removed = {
    ...REMOVED,
    links: new Map([
      [SHARED, lost],
      [LOOSE, [link('layer', LOOSE)]],
    ]),
  };
  expect(planRestore(removed, [SHARED], new Map()).links).toEqual(lost);
  expect(planRestore(removed, undefined, new Map()).links).toHaveLength(3);
});

test('a layer is restored alone', () => {
  const plan = planRestore(REMOVED, [LAYER], new Map());
  expect({ ...plan, entries: restored(plan) }).toEqual({ entries: [LAYER], marked: [], links: [], images: [] });
});

test('without arguments, everything in the trash and the marked blobs of its images are restored', () => {
  const plan = planRestore(REMOVED, undefined, MANIFESTS);
  expect(restored(plan)).toEqual([INDEX, CHILD, CONFIG, LAYER, LOOSE].sort());
  expect(plan.marked).toEqual([MARKED]);
  expect(plan.images).toEqual([INDEX, CHILD].sort());
});

test('of several copies of a blob, the one that was moved last is restored', () => {
  const copies = [entry(LAYER, [], '2026-01-03'), entry(LAYER, [], '2026-01-05'), entry(LAYER, [], '2026-01-04')];
  const removed: Removed = { entries: newestEntries(copies), marks: new Map(), links: new Map() };
  expect(planRestore(removed, [LAYER], new Map()).entries).toEqual([copies[1]]);
});

test('only what was linked as a manifest, or is small and has no record, is read as a manifest', () => {
  expect(linkedManifests(REMOVED)).toEqual([INDEX, CHILD]);
  expect(manifestCandidates([INDEX, LAYER, LOOSE, MARKED], REMOVED)).toEqual([INDEX, LOOSE]);
});

test('an image is whole if all its manifests and blobs exist with their sizes', () => {
  const sizes = new Map([INDEX, CHILD, CONFIG, LAYER, SHARED, MARKED].map((of) => [of, 10]));
  expect(problemsOf(INDEX, MANIFESTS, sizes)).toEqual([]);
  sizes.set(LAYER, 9).set(CONFIG, NaN).delete(SHARED);
  expect(problemsOf(INDEX, MANIFESTS, sizes)).toEqual([
    { hex: LAYER, message: 'the blob has 9 bytes instead of 10' },
    { hex: SHARED, message: 'the blob is missing' },
  ]);
});

test('a manifest that is missing or damaged is a problem of the image', () => {
  const damaged = new Map<string, Manifest>([
    [INDEX, { blobs: [], children: [CHILD, LOOSE] }],
    [CHILD, { blobs: [], children: [], problem: 'it is not a manifest' }],
  ]);
  expect(
    problemsOf(
      INDEX,
      damaged,
      new Map([
        [INDEX, 1],
        [CHILD, 1],
      ]),
    ),
  ).toEqual([
    { hex: CHILD, message: 'the manifest cannot be used: it is not a manifest' },
    { hex: LOOSE, message: 'the manifest is missing' },
  ]);
});
