import { unusedRuleWarnings } from '../../../src/core/graph/policy/unused-rules.js';
import { describeReason } from '../../../src/core/graph/reason.js';
import { planImagePrune, type ImagePrunePlan } from '../../../src/core/prune/plan/plan.js';
import {
  anImageStream,
  anOrdinaryImage,
  aPod,
  aSnapshot,
  digest,
  HOST,
  NOW,
  pruneOptions,
  type Built,
} from '../../support/builders.js';
import { daysAgo, policyOf } from '../../support/policies.js';

/** Plans with a policy. Objects without a time are a month old. */
async function plan(built: Built[], text: string, options = {}): Promise<ImagePrunePlan> {
  const policy = await policyOf(text);
  const { keepTagRevisions, keepYoungerThanMs } = policy.defaults;
  const all = { keepTagRevisions, keepYoungerThanMs, policy, ...options };
  return planImagePrune({ snapshot: aSnapshot(...built), now: NOW }, pruneOptions(all));
}

const items = ({ streams }: ImagePrunePlan): string[] =>
  streams.flatMap(({ items: removed }) => removed.map(({ tag, position }) => `${tag}#${position}`)).sort();
const expired = ({ streams }: ImagePrunePlan): unknown[] => streams.flatMap((stream) => stream.expired);
const why = ({ decisions, snapshot }: ImagePrunePlan, tag: string, position = 0): string => {
  const at = snapshot.streams[0]!.tags.findIndex(({ name }) => name === tag);
  return describeReason(decisions.item(0, at, position).because);
};

/** A stream with a tag per entry, each with an image of its own of that name, as many days old as stated. */
function aStream(tags: Record<string, number>): Built[] {
  const stream = anImageStream('team-a/app');
  for (const [tag, days] of Object.entries(tags)) stream.withTag(tag, [digest(tag)], daysAgo(days));
  return [stream, ...Object.keys(tags).map((tag) => anOrdinaryImage(tag))];
}

const expiring = (expireTag: string): string => `rules: [{ name: all, expireTag: ${expireTag} }]`;
const EXPIRE_AFTER_14D = expiring('{ olderThan: 14d }');

test('the first rule that matches a tag decides, and reasons name it', async () => {
  const stream = anImageStream('team-a/app');
  for (const tag of ['v1', 'pr-1', 'other'])
    stream.withTag(
      tag,
      ['a', 'b', 'c', 'd'].map((one) => digest(one)),
    );
  const found = await plan(
    ['a', 'b', 'c', 'd'].map((one): Built => anOrdinaryImage(one)).concat(stream),
    `rules:
  - { name: releases, match: { tags: ["v*"] }, keep: always }
  - { name: never reached, match: { tags: [v1] }, keepTagRevisions: 0 }
  - { name: pull requests, match: { namespaces: ["team-*"], tags: ["/^pr-/"] }, keepTagRevisions: 1 }
  - { name: nothing, match: { namespaces: [none] }, keepTagRevisions: 0 }
defaults: { keepTagRevisions: 2, keepYoungerThan: 40d }
`,
    { keepYoungerThanMs: 0 },
  );
  expect(items(found)).toEqual([]);
  expect(why(found, 'other')).toContain('keepYoungerThan of the defaults of the policy');
  const { decisions, options, snapshot } = found;
  expect(unusedRuleWarnings({ policy: options.policy!, streams: snapshot.streams, decisions })).toEqual([
    'rule "never reached" of the policy decides nothing: rules before it match all of its tags ("releases")',
    'rule "nothing" of the policy matches no tag',
  ]);
  const older = await plan(
    ['a', 'b', 'c', 'd'].map((one): Built => anOrdinaryImage(one)).concat(stream),
    `rules:
  - { name: releases, match: { tags: ["v*"] }, keep: always }
  - { name: pull requests, match: { tags: ["pr-*"] }, keepTagRevisions: 1 }
defaults: { keepTagRevisions: 2 }`,
  );
  expect(items(older)).toEqual(['other#2', 'other#3', 'pr-1#1', 'pr-1#2', 'pr-1#3']);
  expect(older.images).toEqual([]);
  expect(why(older, 'v1', 3)).toBe('rule "releases" keeps it');
  expect(why(older, 'pr-1', 1)).toBe(
    'position 1 of 4 is beyond keepTagRevisions=1 of rule "pull requests" and nothing uses it',
  );
  expect(why(older, 'other')).toBe('position 0 of 4 is within keepTagRevisions=2 of the defaults of the policy');
});

test('"keep: always" keeps an item whose image does not exist', async () => {
  const built = [anImageStream('ns/app').withTag('v1', [digest('gone')])];
  expect(items(await plan(built, 'defaults: { keepTagRevisions: 0 }'))).toEqual(['v1#0']);
  expect(items(await plan(built, 'rules: [{ name: all, keep: always }]'))).toEqual([]);
});

test('a tag expires with all of its items, once all of them are old enough', async () => {
  const stream = anImageStream('team-a/app')
    .withTag('old', [digest('a'), digest('b')], daysAgo(15))
    .withTag('new', [digest('c')], daysAgo(13))
    .withTag('unknown', [digest('d')], 'never');
  const found = await plan(
    [stream, ...['a', 'b', 'c', 'd'].map((one) => anOrdinaryImage(one))],
    expiring('{ olderThan: 14d }'),
  );
  expect(items(found)).toEqual(['old#0', 'old#1']);
  expect(found.images).toHaveLength(2);
  expect(why(found, 'old')).toBe('the tag expired under rule "all" and nothing uses it');
  expect(expired(found)).toEqual([{ tag: 'old', rule: 'all', inSpec: false, whole: true }]);
});

test.each([
  ['{ olderThan: 1d, keepNewest: 2 }', { a: 9, b: 5, c: 7, d: 5 }, ['a#0', 'c#0']],
  ['{ olderThan: 1d, keepNewest: 1 }', { b: 5, a: 5 }, ['b#0']],
  ['{ olderThan: 1d, keepNewest: 9 }', { a: 9, b: 5 }, []],
  [
    '{ olderThan: 1d, keepNewest: 2, orderBy: semver }',
    { 'v1.10.0': 9, 'v1.9.0': 5, '2.0.0-rc.1': 7, '2.0.0': 8, latest: 9, '1.2': 9 },
    ['v1.10.0#0', 'v1.9.0#0'],
  ],
])('%s of %j: %j', async (expiry, tags, expected) => {
  expect(items(await plan(aStream(tags as Record<string, number>), expiring(expiry)))).toEqual(expected);
});

test('the newest tags are counted per rule and stream, without signatures', async () => {
  const signature = `${digest('b').replace(':', '-')}.sig`;
  const built = aStream({ a: 9, b: 8, c: 7, [signature]: 6 });
  const found = await plan(
    built,
    `rules:
  - { name: c, match: { tags: [c] }, keepTagRevisions: 1 }
  - { name: rest, expireTag: { olderThan: 1d, keepNewest: 1 } }`,
  );
  expect(items(found)).toEqual(['a#0']);
  expect(why(found, signature)).toContain('position 0');
});

describe('a tag does not expire', () => {
  const old = aStream({ old: 30 });
  const keeps = async (built: Built[], options = {}, text = EXPIRE_AFTER_14D): Promise<void> => {
    const found = await plan(built, text, options);
    expect({ items: items(found), expired: expired(found) }).toEqual({ items: [], expired: [] });
  };

  test('while it is in use', () => keeps([...old, aPod('x/y').running(`${HOST}/team-a/app:old`)]));
  test('while its newest image is in use', () =>
    keeps([...old, aPod('x/y').running(`${HOST}/team-a/app@${digest('old')}`)]));
  test('while another stream uses its newest image', () =>
    keeps([...old, aPod('x/y').running(`${HOST}/other/app@${digest('old')}`)]));
  test('while it is protected', () =>
    keeps(old, { protection: { namespaces: [], streams: [], tags: ['team-*/app:old'], digests: [] } }));
  test('while its namespace is not pruned', () => keeps(old, { namespace: 'other' }));
  test('while its stream is young', () =>
    keeps([
      anImageStream('team-a/app')
        .withTag('old', [digest('old')], daysAgo(30))
        .created(daysAgo(0)),
      old[1]!,
    ]));
  test('while its newest image is young', () => keeps([old[0]!, anOrdinaryImage('old').created(daysAgo(0))]));
  test('while another rule decides', () =>
    keeps(old, {}, `rules: [{ name: first, match: { tags: ["o*"] } }, { name: all, expireTag: { olderThan: 1d } }]`));

  test('while its spec tracks a source, unless the rule has tracked: true', async () => {
    const stream = anImageStream('team-a/app').withTag('old', [digest('old')], daysAgo(30));
    stream.object.spec = { tags: [{ name: 'old', from: { kind: 'DockerImage', name: 'docker.io/x/y:1' } }] };
    await keeps([stream, old[1]!]);
    const found = await plan([stream, old[1]!], expiring('{ olderThan: 14d, tracked: true }'));
    expect(expired(found)).toEqual([{ tag: 'old', rule: 'all', inSpec: true, whole: true }]);
  });

  test('while a tag of another stream that stays was promoted from its newest image', async () => {
    const other = anImageStream('prod/app').withTag('live', [digest('old')], daysAgo(30));
    const { tags } = other.object.status as { tags: { items: { dockerImageReference?: string }[] }[] };
    tags[0]!.items[0]!.dockerImageReference = `${HOST}/team-a/app@${digest('old')}`;
    const text = `rules: [{ name: dev, match: { namespaces: ["team-*"] }, expireTag: { olderThan: 14d } }]`;
    const two = anImageStream('team-a/app').withTag('old', [digest('old'), digest('older')], daysAgo(30));
    for (const order of [
      [two, other],
      [other, two],
    ]) {
      const found = await plan([...order, anOrdinaryImage('old'), anOrdinaryImage('older')], text);
      expect({ items: items(found), images: found.images }).toEqual({ items: [], images: [] });
    }
  });
});

test('a signature expires with its image, not before', async () => {
  const signature = `${digest('old').replace(':', '-')}.sig`;
  const tags = { old: 30, [signature]: 30 };
  expect(items(await plan(aStream(tags), EXPIRE_AFTER_14D))).toEqual([`${signature}#0`, 'old#0'].sort());
  const used = [...aStream(tags), aPod('x/y').running(`${HOST}/team-a/app:old`)];
  expect(items(await plan(used, EXPIRE_AFTER_14D))).toEqual([]);
});

test('an expiring tag keeps the items that are in use by digest, and is then not removed as a whole', async () => {
  const stream = anImageStream('team-a/app').withTag('old', [digest('a'), digest('b')], daysAgo(30));
  const pod = aPod('x/y').running(`${HOST}/team-a/app@${digest('b')}`);
  const found = await plan([stream, anOrdinaryImage('a'), anOrdinaryImage('b'), pod], EXPIRE_AFTER_14D);
  expect(items(found)).toEqual(['old#0']);
  expect(expired(found)).toEqual([{ tag: 'old', rule: 'all', inSpec: false, whole: false }]);
});

test('an image is young for the defaults, or for a rule that decides a tag that lists it', async () => {
  const built = [
    anImageStream('team-a/app').withTag('old', [digest('x'), digest('a')], daysAgo(30)),
    anOrdinaryImage('x'),
    anOrdinaryImage('a').created(daysAgo(3)),
  ];
  const rule = (age: string): string => `rules: [{ name: all, keepTagRevisions: 1, keepYoungerThan: ${age} }]`;
  expect((await plan(built, rule('2d'))).images).toHaveLength(1);
  const found = await plan(built, rule('4d'));
  expect(found.images).toEqual([]);
  const image = found.snapshot.images.find(digest('a'));
  expect(describeReason(found.decisions.image(image).because)).toContain('keepYoungerThan of rule "all"');
});
