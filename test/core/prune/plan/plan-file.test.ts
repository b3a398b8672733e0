import { planImagePrune, type ImagePrunePlan } from '../../../../src/core/prune/plan/plan.js';
import { assertImagesWithinLimit } from '../../../../src/core/prune/plan/limit.js';
import { parseMaxDelete } from '../../../../src/core/model/max-delete.js';
import {
  narrow,
  OLDEST_PLAN_MS,
  parsePlanFile,
  planToFile,
  type PlanFile,
} from '../../../../src/core/prune/plan/plan-file.js';
import type { RegadmError } from '../../../../src/core/model/errors.js';
import { anImageStream, anOrdinaryImage, aSnapshot, digest, NOW, pruneOptions } from '../../../support/builders.js';
import { aPlan } from '../../../support/reports.js';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const cluster = [
  ...NAMES.map((name) => anOrdinaryImage(name)),
  anImageStream('ns/app').withTag('latest', NAMES.map(digest)),
];

const fresh = (): ImagePrunePlan => aPlan(cluster);
const file = (): PlanFile => planToFile(fresh(), 'https://api', NOW);
const text = (plan: PlanFile): string => JSON.stringify(plan);
const read = (plan: PlanFile, now = NOW): ReturnType<typeof parsePlanFile> =>
  parsePlanFile('plan.json', text(plan), now);

function refused(run: () => unknown): RegadmError {
  try {
    run();
  } catch (error) {
    return error as RegadmError;
  }
  throw new Error('nothing was thrown');
}

test('a plan file names tag items and images with their uids, and is read as it was written', () => {
  const plan = file();
  expect(plan.imageStreams).toMatchObject([{ namespace: 'ns', name: 'app', uid: 'uid-of-ns-app' }]);
  expect(plan.imageStreams[0]!.items.map(({ image }) => image)).toEqual([digest('d'), digest('e')]);
  expect(plan.images.map(({ name }) => name).sort()).toEqual([digest('d'), digest('e')].sort());
  expect(read(plan)).toEqual({ plan, unchanged: true });
});

test('of a plan and a fresh one only what both name goes', () => {
  const plan = file();
  plan.images = plan.images.filter(({ name }) => name === digest('d'));
  plan.imageStreams[0]!.items = plan.imageStreams[0]!.items.filter(({ image }) => image === digest('d'));
  const { only, left } = narrow(fresh(), plan, read(plan).unchanged);
  expect(left).toEqual([]);
  const narrowed = planImagePrune(aSnapshot(...cluster), { ...pruneOptions(), only }, NOW);
  expect(narrowed.images.map((image) => narrowed.snapshot.images.nameText(image))).toEqual([digest('d')]);
  expect(narrowed.streams[0]!.items.map(({ image }) => narrowed.snapshot.digests.text(image))).toEqual([digest('d')]);
  const keptImage = narrowed.snapshot.images.find(digest('e'));
  expect(narrowed.decisions.image(keptImage).because.rule).toBe('tag-item');
});

test('what has come into use or is gone since is left alone, and told', () => {
  const later = aPlan([
    ...NAMES.slice(0, 4).map((name) => anOrdinaryImage(name)),
    anImageStream('ns/app').withTag('latest', NAMES.slice(0, 4).map(digest)),
  ]);
  const { left } = narrow(later, file(), true);
  expect(left.sort()).toEqual([`image ${digest('e')}`, `ns/app:latest ${digest('e')}`].sort());
});

describe('a plan file is refused, exit 4,', () => {
  test('when it was edited to delete what a fresh plan would not', () => {
    const plan = file();
    plan.images.push({ name: digest('a'), uid: 'uid' });
    const { unchanged } = read(plan);
    expect(unchanged).toBe(false);
    expect(refused(() => narrow(fresh(), plan, unchanged))).toMatchObject({ code: 'PLAN_EDITED', exitCode: 4 });
  });

  test('when its options were edited', () => {
    const plan = file();
    plan.options.keepTagRevisions = 0;
    expect(refused(() => read(plan))).toMatchObject({ code: 'PLAN_EDITED', exitCode: 4 });
  });

  test('when it is too old, or of no time at all', () => {
    expect(refused(() => read(file(), NOW + OLDEST_PLAN_MS + 1))).toMatchObject({ code: 'PLAN_TOO_OLD', exitCode: 4 });
    expect(refused(() => read({ ...file(), createdAt: 'once' }))).toMatchObject({ code: 'PLAN_TOO_OLD', exitCode: 4 });
  });

  test('when it is of another cluster', () => {
    const elsewhere = aPlan([anOrdinaryImage('x'), anImageStream('other/app').withTag('latest', [digest('x')])]);
    expect(refused(() => narrow(elsewhere, file(), true))).toMatchObject({
      code: 'PLAN_OF_ANOTHER_CLUSTER',
      exitCode: 4,
    });
  });
});

test.each([
  ['no JSON', 'nonsense'],
  ['no object', '5'],
  ['another kind', JSON.stringify({ apiVersion: 'v1', kind: 'Pod' })],
  ['another version', text({ ...file(), apiVersion: 'regadm/v2' as never })],
  ['no time', text({ ...file(), createdAt: 5 as never })],
  ['no options', text({ ...file(), options: null as never })],
  ['streams that are none', text({ ...file(), imageStreams: [{ namespace: 'ns' }] as never })],
  ['images that are none', text({ ...file(), images: 'all' as never })],
])('%s is no plan', (_what, content) => {
  expect(refused(() => parsePlanFile('plan.json', content, NOW))).toMatchObject({ code: 'PLAN_FILE', exitCode: 1 });
});

describe('--max-delete', () => {
  test.each(['2', '40%', '10Ki'])('%s lets the plan pass', (limit) => {
    expect(() => assertImagesWithinLimit(fresh(), parseMaxDelete(limit))).not.toThrow();
  });

  test.each([
    ['1', '2 images, more than 1'],
    ['39%', '2 of 5 images, more than 39%'],
    ['1Ki', 'of blobs, more than 1 KiB'],
  ])('%s does not', (limit, words) => {
    expect(refused(() => assertImagesWithinLimit(fresh(), parseMaxDelete(limit)))).toMatchObject({
      code: 'MAX_DELETE',
      exitCode: 4,
      message: expect.stringContaining(words) as string,
    });
  });

  test('no limit is no limit', () => {
    expect(() => assertImagesWithinLimit(fresh(), undefined)).not.toThrow();
  });
});
