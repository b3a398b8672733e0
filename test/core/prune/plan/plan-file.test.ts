import { planImagePrune, type ImagePrunePlan } from '../../../../src/core/prune/plan/plan.js';
import { assertImagesWithinLimit } from '../../../../src/core/prune/plan/limit.js';
import { parseMaxDelete } from '../../../../src/core/model/values/max-delete.js';
import {
  assertNotTooOld,
  MAX_PLAN_AGE_MS,
  parsePlanFile,
  type ParsedPlanFile,
} from '../../../../src/core/prune/plan/parse-plan-file.js';
import { checksum, toPlanFile, withPlanOptions, type PlanFile } from '../../../../src/core/prune/plan/plan-file.js';
import type { RetentionPolicy } from '../../../../src/core/model/retention-policy.js';
import type { RegadmError } from '../../../../src/core/model/errors.js';
import {
  anImageStream,
  anOrdinaryImage,
  aSnapshot,
  digest,
  NOW,
  pruneOptions,
  type Built,
} from '../../../support/builders.js';
import { aPlan } from '../../../support/reports.js';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const cluster = [
  ...NAMES.map((name) => anOrdinaryImage(name)),
  anImageStream('ns/app').withTag('latest', NAMES.map(digest)),
];

const KEEP = { keepTagRevisions: 3, keepYoungerThanMs: 3_600_000 };
const any = (): boolean => true;
/** A policy by which every old tag expires. */
const EXPIRE_ALL: RetentionPolicy = {
  file: 'policy.yaml',
  source: { apiVersion: 'regadm/v1', kind: 'RetentionPolicy', rules: [] },
  rules: [
    {
      ...KEEP,
      name: 'all',
      match: { namespace: any, stream: any, tag: any },
      expireTag: { olderThanMs: 1, keepNewest: 0, orderBy: 'created', tracked: false },
    },
  ],
  defaults: KEEP,
};

const fresh = (): ImagePrunePlan => aPlan(cluster);
const file = (): PlanFile => toPlanFile(fresh(), 'https://api', NOW);
const text = (plan: PlanFile): string => JSON.stringify(plan);
const read = (plan: PlanFile): ParsedPlanFile => parsePlanFile('plan.json', text(plan));
/** The plan for a cluster of these objects, restricted to a plan file. */
const applied = (planFile: ParsedPlanFile, built: Built[] = cluster): ImagePrunePlan =>
  planImagePrune({ snapshot: aSnapshot(...built), now: NOW, planFile }, pruneOptions());

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
  expect(read(plan)).toEqual({ content: plan, unchanged: true });
});

test('only objects in both the file and a fresh plan are deleted', () => {
  const plan = file();
  plan.images = plan.images.filter(({ name }) => name === digest('d'));
  plan.imageStreams[0]!.items = plan.imageStreams[0]!.items.filter(({ image }) => image === digest('d'));
  const narrowed = applied(read(plan));
  expect(narrowed.keptDespitePlanFile).toEqual([]);
  expect(narrowed.images.map((image) => narrowed.snapshot.images.nameText(image))).toEqual([digest('d')]);
  expect(narrowed.streams[0]!.items.map(({ image }) => narrowed.snapshot.digests.text(image))).toEqual([digest('d')]);
  const keptImage = narrowed.snapshot.images.find(digest('e'));
  expect(narrowed.decisions.image(keptImage).because.rule).toBe('tag-item');
});

test('a plan file that was edited to delete less can still name tags that expire', () => {
  const options = pruneOptions({ policy: EXPIRE_ALL });
  const evidence = { snapshot: aSnapshot(...cluster), now: NOW };
  const plan = toPlanFile(planImagePrune(evidence, options), 'https://api', NOW);
  expect(plan.imageStreams[0]!.expiredTags).toEqual([{ tag: 'latest' }]);
  plan.images = [];
  const edited = { content: plan, unchanged: false };
  expect(planImagePrune({ ...evidence, planFile: edited }, options).streams[0]!.expired).toMatchObject([
    { tag: 'latest' },
  ]);
  plan.imageStreams[0]!.expiredTags = [{ tag: 'latest', entry: '0123456789abcdef' }];
  expect(refused(() => planImagePrune({ ...evidence, planFile: edited }, options)).code).toBe('PLAN_EDITED');
});

test('objects that are now in use or no longer exist are skipped and reported', () => {
  const later = applied({ content: file(), unchanged: true }, [
    ...NAMES.slice(0, 4).map((name) => anOrdinaryImage(name)),
    anImageStream('ns/app').withTag('latest', NAMES.slice(0, 4).map(digest)),
  ]);
  expect([...later.keptDespitePlanFile].sort()).toEqual(
    [`image ${digest('e')}`, `ns/app:latest ${digest('e')}`].sort(),
  );
});

describe('a plan file is refused with exit status 4', () => {
  test('if it was edited to delete what a fresh plan would not', () => {
    const plan = file();
    plan.images.push({ name: digest('a'), uid: 'uid' });
    expect(read(plan).unchanged).toBe(false);
    expect(refused(() => applied(read(plan)))).toMatchObject({ code: 'PLAN_EDITED', exitCode: 4 });
  });

  test('if it was edited to let a tag expire that the rules keep', () => {
    const plan = file();
    plan.imageStreams[0]!.expiredTags = [{ tag: 'latest' }];
    expect(refused(() => applied(read(plan)))).toMatchObject({
      code: 'PLAN_EDITED',
      exitCode: 4,
      message: expect.stringContaining('tag ns/app:latest') as string,
    });
  });

  test('if its options were edited', () => {
    const plan = file();
    plan.options = { ...plan.options, keepTagRevisions: 0 };
    expect(refused(() => read(plan))).toMatchObject({ code: 'PLAN_EDITED', exitCode: 4 });
  });

  test('if it is too old, or has no valid time', () => {
    const tooOld = { code: 'PLAN_TOO_OLD', exitCode: 4 };
    const age = (plan: PlanFile, now: number) => (): void => assertNotTooOld('plan.json', plan, now);
    expect(age(file(), NOW + MAX_PLAN_AGE_MS)).not.toThrow();
    expect(refused(age(file(), NOW + MAX_PLAN_AGE_MS + 1))).toMatchObject(tooOld);
    expect(refused(age({ ...file(), createdAt: 'once' }, NOW))).toMatchObject(tooOld);
  });

  test('if it belongs to another cluster', () => {
    const elsewhere = [anOrdinaryImage('x'), anImageStream('other/app').withTag('latest', [digest('x')])];
    expect(refused(() => applied(read(file()), elsewhere))).toMatchObject({
      code: 'PLAN_OF_ANOTHER_CLUSTER',
      exitCode: 4,
    });
  });
});

/** A plan file with these options, with the checksum of an author who wants them. */
function withOptions(options: Record<string, unknown>): string {
  const plan = { ...file(), options: { ...file().options, ...options } as never };
  return text({ ...plan, checksums: { ...plan.checksums, options: checksum(plan.options) } });
}

test('a plan file replaces no flag but those that it is made of', () => {
  const { content } = parsePlanFile('plan.json', withOptions({ protection: { namespaces: [] } }));
  const protection = { namespaces: ['ns'], streams: [], tags: [], digests: [] };
  expect(withPlanOptions(pruneOptions({ protection }), content.options).protection).toBe(protection);
});

test.each([
  [{ keepTagRevisions: undefined }, 'keepTagRevisions'],
  [{ keepTagRevisions: -1 }, 'keepTagRevisions'],
  [{ keepYoungerThanMs: 'x' }, 'keepYoungerThanMs'],
  [{ referrers: 'none' }, 'referrers'],
  [{ namespace: {} }, 'namespace'],
  [{ ignoreUnreadable: 'all' }, 'ignoreUnreadable'],
  [{ ignoreUnreadable: ['*'] }, 'ignoreUnreadable'],
])('a plan file with the options %j is refused', (options, name) => {
  expect(refused(() => parsePlanFile('plan.json', withOptions(options)))).toMatchObject({
    code: 'PLAN_FILE',
    message: `cannot use the plan plan.json: options.${name} is malformed`,
  });
});

test('the accepted unreadable images are part of the plan', () => {
  const options = pruneOptions({ ignoreUnreadable: [digest('a')] });
  const planned = toPlanFile(
    planImagePrune({ snapshot: aSnapshot(...cluster), now: NOW }, options),
    'https://api',
    NOW,
  );
  expect(withPlanOptions(pruneOptions(), read(planned).content.options).ignoreUnreadable).toEqual([digest('a')]);
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
])('%s is not a plan', (_what, content) => {
  expect(refused(() => parsePlanFile('plan.json', content))).toMatchObject({ code: 'PLAN_FILE', exitCode: 1 });
});

describe('--max-delete', () => {
  test.each(['2', '40%', '10Ki'])('%s allows the plan', (limit) => {
    expect(() => assertImagesWithinLimit(fresh(), parseMaxDelete(limit))).not.toThrow();
  });

  test.each([
    ['1', '2 images, more than 1'],
    ['39%', '2 of 5 images, more than 39%'],
    ['1Ki', 'of blobs, more than 1 KiB'],
  ])('%s refuses the plan', (limit, words) => {
    expect(refused(() => assertImagesWithinLimit(fresh(), parseMaxDelete(limit)))).toMatchObject({
      code: 'MAX_DELETE',
      exitCode: 4,
      message: expect.stringContaining(words) as string,
    });
  });

  test('without a limit, every plan is allowed', () => {
    expect(() => assertImagesWithinLimit(fresh(), undefined)).not.toThrow();
  });
});
