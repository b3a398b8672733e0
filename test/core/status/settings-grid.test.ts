import { buildSnapshot } from '../../../src/core/model/table/build-snapshot.js';
import { planImagePrune } from '../../../src/core/prune/plan/plan.js';
import { settingsGrid } from '../../../src/core/status/settings-grid.js';
import {
  NOW,
  aPod,
  aSnapshot,
  anImage,
  anImageStream,
  anOrdinaryImage,
  digest,
  pruneOptions,
} from '../../support/builders.js';
import { namedCases, randomCases } from '../../support/conformance/conformance-cases.js';
import type { Snapshot } from '../../../src/core/model/table/snapshot.js';
import type { PruneOptions } from '../../../src/core/graph/options.js';

const HOUR = 3_600_000;
const SETTINGS = { revisions: [0, 1, 2, 3, 5], ages: [0, HOUR, 24 * HOUR, 96 * HOUR, 2000 * HOUR] };

/** Computes each cell from a separate plan. */
function byPlanning(snapshot: Snapshot, options: PruneOptions, now: number): object[][] {
  const stored = new Set<number>();
  for (let image = 0; image < snapshot.images.count; image++)
    if (snapshot.images.managed(image)) snapshot.images.eachBlob(image, (blob) => stored.add(blob));
  return SETTINGS.ages.map((keepYoungerThanMs) =>
    SETTINGS.revisions.map((keepTagRevisions) => {
      const plan = planImagePrune({ snapshot, now }, { ...options, keepTagRevisions, keepYoungerThanMs });
      return {
        images: plan.images.length,
        tagItems: plan.streams.reduce((sum, { items }) => sum + items.length, 0),
        bytes: plan.blobs
          .filter((blob) => stored.has(blob))
          .reduce((sum, blob) => sum + snapshot.images.blobSize(blob), 0),
      };
    }),
  );
}

test('every cell equals the plan with its settings, on every recorded cluster', () => {
  let freed = 0;
  for (const { name, cluster, now, args } of [...namedCases(), ...randomCases()]) {
    if (cluster === undefined) continue;
    const snapshot = buildSnapshot(cluster);
    const options = pruneOptions({ all: !args.includes('--all=false'), ignoreInvalidRefs: true });
    const { cells } = settingsGrid({ snapshot, options, ...SETTINGS, now: Date.parse(now) });
    expect([name, cells]).toEqual([name, byPlanning(snapshot, options, Date.parse(now))]);
    freed += cells.flat().filter(({ bytes }) => bytes > 0).length;
  }
  expect(freed).toBeGreaterThan(100);
});

test('signatures are kept with their image, children with their index, and ended pods count while they are young', () => {
  const names = ['a', 'b', 'c', 'd'].map(digest);
  const pod = aPod('ns/job').running(`registry.example.org:5000/ns/app@${names[3]}`).inPhase('Succeeded');
  pod.object.metadata.creationTimestamp = new Date(NOW - 30 * HOUR).toISOString();
  const snapshot = aSnapshot(
    anImageStream('ns/app')
      .withTag('v1', names)
      .withTag(`${names[2]!.replace(':', '-')}.sig`, [digest('sig')]),
    ...['a', 'b', 'c', 'd', 'sig', 'child'].map(anOrdinaryImage),
    anImage(digest('index')).withChildren([digest('child')]),
    anImageStream('ns/multi').withTag('v1', [digest('a'), digest('index')]),
    pod,
  );
  const options = pruneOptions();
  expect(settingsGrid({ snapshot, options, ...SETTINGS, now: NOW }).cells).toEqual(byPlanning(snapshot, options, NOW));
});

test('an image with a subject keeps its tag items in all image streams while the subject is kept', () => {
  const snapshot = aSnapshot(
    anImageStream('ns/app').withTag('v1', ['a', 'b', 'c'].map(digest)).withTag('sbom', ['of-c', 'of-b'].map(digest)),
    anImageStream('ns/copy').withTag('v1', ['a', 'of-of-b', 'of-b', 'of-nothing'].map(digest)),
    ...['a', 'b', 'c', 'of-b', 'of-c', 'of-of-b', 'of-nothing'].map(anOrdinaryImage),
  );
  const attach = (image: string, subject: string): void =>
    void snapshot.subjects.set(snapshot.digests.intern(digest(image)), snapshot.digests.intern(digest(subject)));
  attach('of-b', 'b');
  attach('of-c', 'c');
  attach('of-of-b', 'of-b');
  attach('of-nothing', 'no image');
  const options = pruneOptions();
  expect(settingsGrid({ snapshot, options, ...SETTINGS, now: NOW }).cells).toEqual(byPlanning(snapshot, options, NOW));
});

test('an image that cannot be read keeps all images, in every cell', () => {
  const broken = anImage(digest('broken'));
  delete broken.object.dockerImageMetadata;
  const snapshot = aSnapshot(
    anImageStream('ns/app').withTag('v1', [digest('a'), digest('b')]),
    anOrdinaryImage('a'),
    anOrdinaryImage('b'),
    broken,
  );
  const { cells } = settingsGrid({ snapshot, options: pruneOptions(), ...SETTINGS, now: NOW });
  expect(cells).toEqual(byPlanning(snapshot, pruneOptions(), NOW));
  expect(cells.flat().every(({ images }) => images === 0)).toBe(true);
});
