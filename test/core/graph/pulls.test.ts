import { describeReason } from '../../../src/core/graph/reason.js';
import type { PullOptions } from '../../../src/core/graph/options.js';
import { planImagePrune, type ImagePrunePlan } from '../../../src/core/prune/plan/plan.js';
import {
  anImage,
  anImageStream,
  anOrdinaryImage,
  aSnapshot,
  digest,
  HOST,
  NOW,
  pruneOptions,
  type Built,
} from '../../support/builders.js';
import { DAY, daysAgo, policyOf } from '../../support/policies.js';

/** Pulls, as days ago: `ns/app@sha256:…` or `ns/app:tag`. */
function pulled(pulls: Record<string, number>, withinDays?: number): PullOptions {
  const repositories = new Map<string, { digests: Map<string, number>; tags: Map<string, number[]> }>();
  for (const [name, days] of Object.entries(pulls)) {
    const [, repository = '', mark, what = ''] = /^([^@:]+)([@:])(.+)$/.exec(name)!;
    const found = repositories.get(repository) ?? { digests: new Map(), tags: new Map() };
    repositories.set(repository, found);
    if (mark === '@') found.digests.set(what, NOW - days * DAY);
    else found.tags.set(what, [NOW - days * DAY]);
  }
  const within = withinDays === undefined ? {} : { keepPulledWithinMs: withinDays * DAY };
  return { file: 'pulls.json', history: { repositories, covered: [] }, requireComplete: false, ...within };
}

/** Plans without revisions and youth. Objects without a time are a month old. */
async function plan(built: Built[], pulls: PullOptions, policy?: string): Promise<ImagePrunePlan> {
  const options = { keepTagRevisions: 0, keepYoungerThanMs: 0, pulls };
  if (policy === undefined) return planImagePrune({ snapshot: aSnapshot(...built), now: NOW }, pruneOptions(options));
  const compiled = await policyOf(policy);
  const all = { ...options, ...compiled.defaults, policy: compiled };
  return planImagePrune({ snapshot: aSnapshot(...built), now: NOW }, pruneOptions(all));
}

const items = ({ streams }: ImagePrunePlan): string[] =>
  streams.flatMap(({ stream, items: removed }) =>
    removed.map(({ tag, position }) => `${stream.name}:${tag}#${position}`),
  );
const images = ({ images: deleted, snapshot }: ImagePrunePlan): string[] =>
  deleted.map((image) => snapshot.images.nameText(image));
const whyItem = ({ decisions }: ImagePrunePlan, position: number, tag = 0): string =>
  describeReason(decisions.item(0, tag, position).because);
const ordinary = (...names: string[]): Built[] => names.map((name) => anOrdinaryImage(name));

test('an image that was pulled by digest stays in the stream from which it was pulled', async () => {
  const built = [
    anImageStream('ns/app').withTag('latest', [digest('a'), digest('b')]),
    anImageStream('ns/other').withTag('copy', [digest('a')]),
    ...ordinary('a', 'b'),
  ];
  const found = await plan(built, pulled({ [`ns/app@${digest('a')}`]: 3, [`ns/app@${digest('b')}`]: 31 }, 30));
  expect(items(found)).toEqual(['app:latest#1', 'other:copy#0']);
  expect(images(found)).toEqual([digest('b')]);
  expect(whyItem(found, 0)).toBe('pulled 3d ago');
  expect(items(await plan(built, pulled({ [`ns/app@${digest('a')}`]: 3 })))).toHaveLength(3);
});

test('a pull by tag counts for the item that the tag had then', async () => {
  const stream = anImageStream('ns/app').withTag('latest', []);
  stream.object.status = {
    ...stream.object.status,
    tags: [
      {
        tag: 'latest',
        items: [2, 8, 20].map((days) => ({ image: digest(`${days}`), created: daysAgo(days) })),
      },
    ],
  };
  const found = await plan([stream, ...ordinary('2', '8', '20')], pulled({ 'ns/app:latest': 5, 'ns/app:gone': 1 }, 30));
  expect(items(found)).toEqual(['app:latest#0', 'app:latest#2']);
});

test('times in the future count as now, and "within" includes its end', async () => {
  const built = [anImageStream('ns/app').withTag('latest', [digest('a'), digest('b')]), ...ordinary('a', 'b')];
  const found = await plan(built, pulled({ [`ns/app@${digest('a')}`]: -400, [`ns/app@${digest('b')}`]: 30 }, 30));
  expect(items(found)).toEqual([]);
  expect(whyItem(found, 0)).toBe('pulled 0s ago');
});

test('a pull of a child keeps the index that names it, and everything that the index names', async () => {
  const built = [
    anImageStream('ns/app').withTag('latest', [digest('index')]),
    anImage(digest('index')).withChildren([digest('arm'), digest('intel')]),
    ...ordinary('arm', 'intel'),
  ];
  const found = await plan(built, pulled({ [`ns/app@${digest('arm')}`]: 1 }, 30));
  expect([...items(found), ...images(found)]).toEqual([]);
});

test('a pull through a promoted tag keeps the item that it was promoted from', async () => {
  const prod = anImageStream('ns/prod').withTag('live', []);
  const reference = `${HOST}/ns/app@${digest('a')}`;
  prod.object.status = {
    ...prod.object.status,
    tags: [{ tag: 'live', items: [{ image: digest('a'), created: daysAgo(30), dockerImageReference: reference }] }],
  };
  const app = anImageStream('ns/app').withTag('latest', [digest('a')]);
  const found = await plan([app, prod, ...ordinary('a')], pulled({ 'ns/prod:live': 1 }, 30));
  expect(items(found)).toEqual([]);
});

test('a pulled image that its stream no longer lists is kept, wherever it is listed', async () => {
  const built = [
    anImageStream('ns/app').withTag('latest', [digest('new')]),
    anImageStream('ns/copy').withTag('x', [digest('b')]),
    ...ordinary('a', 'b', 'c', 'new'),
  ];
  const pulls = { [`ns/app@${digest('a')}`]: 2, [`ns/app@${digest('b')}`]: 2, [`ns/gone@${digest('c')}`]: 2 };
  const found = await plan(built, pulled(pulls, 30));
  expect(items(found)).toEqual(['app:latest#0']);
  expect(images(found)).toEqual([digest('new')]);
  const { decisions, snapshot } = found;
  expect(describeReason(decisions.image(snapshot.images.find(digest('a'))).because)).toBe('pulled 2d ago');
});

const EXPIRE = 'expireTag: { olderThan: 1d }, keepYoungerThan: 0';

test('a tag whose newest item was pulled recently does not expire; an older item that was pulled stays', async () => {
  const built = [
    anImageStream('ns/app')
      .withTag('new', [digest('a'), digest('b')], daysAgo(9))
      .withTag('old', [digest('c'), digest('d')], daysAgo(9)),
    ...ordinary('a', 'b', 'c', 'd'),
  ];
  const pulls = pulled({ [`ns/app@${digest('a')}`]: 3, [`ns/app@${digest('d')}`]: 3 });
  const found = await plan(
    built,
    pulls,
    `rules: [{ name: all, ${EXPIRE}, keepPulledWithin: 7d, keepTagRevisions: 1 }]`,
  );
  expect(items(found)).toEqual(['app:new#1', 'app:old#0']);
  expect(found.streams[0]!.expired).toEqual([{ tag: 'old', rule: 'all', inSpec: false, whole: false }]);
  expect(whyItem(found, 1, 1)).toBe('pulled 3d ago (keepPulledWithin of rule "all")');
  const shorter = await plan(built, pulls, `rules: [{ name: all, ${EXPIRE}, keepPulledWithin: 2d }]`);
  expect(items(shorter)).toHaveLength(4);
});

test('the rule of the tag, the defaults and the flag state the time; the flag only adds to it', async () => {
  const built = [
    anImageStream('ns/app')
      .withTag('v1', [digest('a')])
      .withTag('pr', [digest('b')]),
    ...ordinary('a', 'b'),
  ];
  const pulls = { [`ns/app@${digest('a')}`]: 5, [`ns/app@${digest('b')}`]: 5 };
  const policy = `rules: [{ name: prs, match: { tags: [pr] }, keepPulledWithin: 1d }]
defaults: { keepPulledWithin: 7d, keepTagRevisions: 0 }`;
  const found = await plan(built, pulled(pulls), policy);
  expect(items(found)).toEqual(['app:pr#0']);
  expect(whyItem(found, 0)).toBe('pulled 5d ago (keepPulledWithin of the defaults of the policy)');
  expect(images(found)).toEqual([digest('b')]);
  const longer = await plan(built, pulled(pulls, 6), policy);
  expect(items(longer)).toEqual([]);
  expect(whyItem(longer, 0, 1)).toBe('pulled 5d ago');
});
