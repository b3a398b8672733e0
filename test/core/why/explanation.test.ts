import { Explanation, type WhyImage } from '../../../src/core/why/explanation.js';
import { describeChanges, onlyStream } from '../../../src/core/why/text.js';
import { withChanges } from '../../../src/core/why/changes.js';
import type { PruneOptions } from '../../../src/core/graph/options.js';
import { buildSnapshot } from '../../../src/core/model/table/build-snapshot.js';
import type { Snapshot } from '../../../src/core/model/table/snapshot.js';
import { planImagePrune } from '../../../src/core/prune/plan/plan.js';
import {
  NOW,
  aPod,
  aSnapshot,
  anImage,
  anImageStream,
  anOrdinaryImage,
  digest,
  pruneOptions,
  HOST,
} from '../../support/builders.js';
import { namedCases, randomCases } from '../../support/conformance/conformance-cases.js';
import { policyOf } from '../../support/policies.js';

const d = digest;

function why(snapshot: Snapshot, argument: string, options: Partial<PruneOptions> = {}, now = NOW): WhyImage {
  return new Explanation(snapshot, pruneOptions(options), now).answer(argument).images[0]!;
}
const would = ({ would, places }: WhyImage): string[] =>
  would.map(({ changes }) => describeChanges(changes, onlyStream(places)));

/** Tags of ns/app with images named tag-0 (newest), tag-1, …; `image` at the given position. */
function tagged(positions: Record<string, number>, items: Record<string, number>): Snapshot {
  const stream = anImageStream('ns/app');
  const images = new Set<string>(['image']);
  for (const [tag, count] of Object.entries(items)) {
    const names = Array.from({ length: count }, (_, at) => (at === positions[tag] ? 'image' : `${tag}-${at}`));
    names.forEach((name) => images.add(name));
    stream.withTag(tag, names.map(d));
  }
  return aSnapshot(stream, ...[...images].map(anOrdinaryImage));
}

describe('what would have to change for an image to be pruned', () => {
  test('a pull is waited for, and its time is shown', () => {
    const digests = new Map([[d('image'), NOW - 3_600_000]]);
    const history = { repositories: new Map([['ns/app', { digests, tags: new Map() }]]), covered: [] };
    const pulls = { file: 'pulls.json', history, keepPulledWithinMs: 7_200_000, requireComplete: false };
    const found = why(tagged({ v1: 4 }, { v1: 5 }), d('image'), { pulls });
    expect(found).toMatchObject({
      goes: false,
      lastPulled: NOW - 3_600_000,
      places: [{ lastPulled: NOW - 3_600_000 }],
    });
    expect(would(found)).toEqual([`after ${new Date(NOW + 3_600_000).toISOString().replace('.000', '')}`]);
  });

  test('an image under three tags, as recorded', () => {
    const { cluster, now } = namedCases().find(({ name }) => name === 'the-same-image-under-three-tags')!;
    const image = cluster.imagestreams![0]!.status!.tags as { items: { image: string }[] }[];
    const found = why(buildSnapshot(cluster), image[2]!.items[0]!.image, {}, Date.parse(now));
    expect(
      found.places.map(({ stream, tag, position, of }) => `${stream}:${tag} at position ${position} out of ${of}`),
    ).toEqual([
      'myapp:v2 at position 4 out of 5',
      'myapp:v2.1 at position 2 out of 3',
      'myapp:v2.1-may-2016 at position 0 out of 1',
    ]);
    expect(found.goes).toBe(false);
    expect(would(found)).toEqual([
      'with --keep-tag-revisions=0',
      'once tags v2.1 and v2.1-may-2016 are deleted',
      'with --keep-tag-revisions=2, once tag v2.1-may-2016 is deleted',
      'once 1 newer image is pushed to tag v2.1 and 3 to tag v2.1-may-2016',
    ]);
  });

  test('a flag is changed no more than necessary', () => {
    expect(would(why(tagged({ a: 2 }, { a: 4 }), d('image')))).toEqual([
      'with --keep-tag-revisions=2',
      'once tag a is deleted',
      'once 1 newer image is pushed to tag a',
    ]);
  });

  test('pods that use it by digest must end, also in another stream', () => {
    const pods = [
      aPod('ns/x').running(`${HOST}/ns/app@${d('image')}`),
      aPod('other/y').running(`${HOST}/other/copy@${d('image')}`),
    ];
    const base = tagged({ a: 3 }, { a: 4 });
    const referrers = aSnapshot(...pods).referrers;
    expect(would(why({ ...base, referrers: referrers.slice(0, 1) }, d('image')))).toEqual(['once pod ns/x ends']);
    expect(would(why({ ...base, referrers }, d('image')))).toEqual([
      'once pods ns/x and other/y end'.replace('pods ns/x and other/y', 'pod ns/x and pod other/y'),
    ]);
  });

  test('no output suggests deleting a tag that is in use', () => {
    const base = tagged({ a: 0 }, { a: 1 });
    const { referrers } = aSnapshot(aPod('ns/web').running(`${HOST}/ns/app:a`));
    const deletions = would(why({ ...base, referrers }, d('image'))).filter((text) => text.includes('deleted'));
    expect(deletions).toEqual(['once tag a is deleted, once pod ns/web ends']);
  });

  test('a tag that follows the image is deleted only with the end of its own uses', () => {
    const follower = anImageStream('prod/app').withTag('y', [d('image')]);
    follower.object.spec = { tags: [{ name: 'y', from: { kind: 'ImageStreamTag', namespace: 'ns', name: 'app:v1' } }] };
    const snapshot = aSnapshot(
      anImage(d('image')),
      anImageStream('ns/app').withTag('v1', [d('image')]),
      follower,
      aPod('prod/web').running(`${HOST}/prod/app:y`),
    );
    for (const text of would(why(snapshot, 'ns/app:v1')))
      if (text.includes('prod/app:y')) expect(text).toContain('once pod prod/web ends');
    expect(would(why(snapshot, 'ns/app:v1'))).toContainEqual(expect.stringContaining('prod/app:y'));
  });

  test('a young image can be pruned later, or with another flag', () => {
    const young = new Date(NOW - 600_000).toISOString();
    const snapshot = aSnapshot(anImage(d('image')).created(young));
    const found = why(snapshot, d('image'));
    expect(would(found)).toEqual(['with --keep-younger-than=10m', 'after 2026-01-01T00:50:00Z']);
  });

  test('a child can be pruned with its index', () => {
    const snapshot = aSnapshot(
      anImageStream('ns/app').withTag('v1', [d('index')]),
      anImage(d('index')).withChildren([d('child')]),
      anOrdinaryImage('child'),
    );
    const found = why(snapshot, d('child'));
    expect(found.because).toMatchObject({ rule: 'index-child' });
    expect(would(found)).toContain('once tag ns/app:v1 is deleted');
  });

  test('protection, --all=false, --namespace and an unreadable image are named', () => {
    const old = aSnapshot(anImage(d('image')));
    expect(
      would(why(old, d('image'), { protection: { namespaces: [], streams: [], tags: [], digests: [d('image')] } })),
    ).toEqual([`without "${d('image')}" in the file of --protect`]);
    expect(would(why(aSnapshot(anImage(d('image')).imported()), d('image'), { all: false }))).toEqual([
      'with --all=true',
    ]);
    expect(would(why(old, d('image'), { namespace: 'ns' }))).toEqual(['without --namespace']);
    const broken = anImage(d('broken'));
    delete broken.object.dockerImageMetadata;
    expect(would(why(aSnapshot(anImage(d('image')), broken), d('image')))).toEqual([
      `once image ${d('broken')}, whose metadata cannot be read, is repaired or deleted`,
    ]);
  });

  test('in size limit mode, a limit below its size', () => {
    const snapshot = aSnapshot(anImageStream('ns/app').withTag('v1', [d('image')]), anOrdinaryImage('image'));
    const found = why(snapshot, d('image'), { pruneOverSizeLimit: true, keepYoungerThanMs: 3_600_000 });
    expect(found.would[0]!.changes).toEqual([{ kind: 'limit', namespace: 'ns', bytes: found.bytes - 1 }]);
  });
});

describe('why an image would be pruned, and what would keep it', () => {
  test('beyond the revisions: more revisions, an older age, a tag, a protection', () => {
    const found = why(tagged({ a: 3 }, { a: 4 }), d('image'));
    expect(found.goes).toBe(true);
    expect(would(found)).toEqual([
      'with --keep-tag-revisions=4',
      'with --keep-younger-than=745h',
      `if it gets a tag of its own (oc tag ns/app@${d('image')} ns/app:keep)`,
      'if its digest is in the file of --protect',
    ]);
  });

  test('a pod that has ended is shown with its reason', () => {
    const base = tagged({ a: 3 }, { a: 4 });
    const { referrers } = aSnapshot(
      aPod('ns/job')
        .running(`${HOST}/ns/app@${d('image')}`)
        .inPhase('Succeeded'),
    );
    const [use] = why({ ...base, referrers }, d('image')).uses;
    expect(use).toMatchObject({
      kind: 'Pod',
      name: 'job',
      holds: false,
      note: expect.stringContaining('has ended (Succeeded)'),
    });
  });

  test('--referrers=extended is suggested if it helps', () => {
    const base = tagged({ a: 3 }, { a: 4 });
    const { referrers } = aSnapshot(aPod('else/x').running(`${HOST}/else/app@${d('image')}`));
    expect(would(why({ ...base, referrers }, d('image'), { referrers: 'oc' }))).toContain('with --referrers=extended');
    expect(would(why(base, d('image'), { referrers: 'oc' }))).not.toContain('with --referrers=extended');
  });
});

describe('arguments', () => {
  const snapshot = tagged({ a: 0, b: 1 }, { a: 1, b: 2 });
  const explanation = new Explanation(snapshot, pruneOptions(), NOW);
  const images = (argument: string): number => explanation.answer(argument).images.length;

  test('can have every form', () => {
    expect(images(d('image'))).toBe(1);
    expect(images(d('image').slice(0, 20))).toBe(1);
    expect(images(d('image').slice(7, 19))).toBe(1);
    expect(images('ns/app')).toBe(2);
    expect(images('app')).toBe(2);
    expect(images('ns/app:a')).toBe(1);
    expect(images(`${HOST}/ns/app:b`)).toBe(2);
    expect(explanation.answer(`ns/app@${d('image')}`)).toMatchObject({ kind: 'image', stream: 'ns/app', listed: true });
  });

  test.each([
    ['ns/ap', 'image stream ns/ap does not exist', 'did you mean ns/app?'],
    ['ns/app:c', 'image stream ns/app has no tag c', 'did you mean ns/app:a?'],
    [d('nothing'), `image ${d('nothing')} does not exist`, 'oc get images lists what there is'],
    [`${d('image').slice(0, 40)}${'0'.repeat(31)}`, 'does not exist', `did you mean ${d('image')}?`],
    [
      'Ns/App',
      '"Ns/App" does not name an image, image stream or tag: repository name must be lowercase',
      'write sha256:',
    ],
    ['ms/', 'namespace ms has no image streams, or does not exist', 'did you mean ns/?'],
    ['app/', 'namespace app has no image streams, or does not exist', 'did you mean the image stream ns/app?'],
    ['ns', 'image stream ns does not exist', 'ns/ explains all its image streams'],
    ['ns/app/', '"ns/app/" does not name a namespace', 'did you mean ns/app?'],
    ['/', '"/" does not name a namespace', 'write a namespace as NAMESPACE/'],
  ])('the error for %s suggests similar names', (argument, message, suggestion) => {
    expect(() => explanation.answer(argument)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(message),
        suggestions: expect.arrayContaining([expect.stringContaining(suggestion)]),
      }),
    );
  });

  test('a namespace has the images of all its streams, without duplicates', () => {
    const several = aSnapshot(
      anImageStream('ns/b')
        .withTag('v2', [d('two')])
        .withTag('v1', [d('one'), d('two')]),
      anImageStream('ns/a').withTag('v1', [d('one')]),
      anImageStream('ns/empty'),
      anImageStream('other/app').withTag('v1', [d('one'), d('other')]),
      aPod('idle/pod').running('registry.example.org/elsewhere:v1'),
      ...['one', 'two', 'other'].map(anOrdinaryImage),
    );
    const explained = new Explanation(several, pruneOptions(), NOW);
    const answer = explained.answer('ns/');
    expect(answer).toMatchObject({ kind: 'namespace', namespace: { name: 'ns', streams: ['a', 'b', 'empty'] } });
    expect(answer.images.map(({ image }) => image)).toEqual([d('one'), d('two')]);
    expect(() => explained.answer('idle/')).toThrow('namespace idle has no image streams');
  });

  test('no changes are searched for very many images', () => {
    const names = Array.from({ length: 501 }, (_, at) => `i${at}`);
    const large = aSnapshot(anImageStream('ns/app').withTag('a', names.map(d)), ...names.map(anOrdinaryImage));
    for (const argument of ['ns/', 'ns/app']) {
      const answer = new Explanation(large, pruneOptions(), NOW).answer(argument);
      expect(answer).toMatchObject({ withoutChanges: true });
      expect(answer.images.every((image) => image.would.length === 0)).toBe(true);
    }
  });

  test('a prefix of several digests is ambiguous; so is a stream in several namespaces', () => {
    const two = aSnapshot(
      anImageStream('a/app'),
      anImageStream('b/app'),
      anImage(`sha256:${'ab'.repeat(31)}00`),
      anImage(`sha256:${'ab'.repeat(31)}11`),
    );
    const other = new Explanation(two, pruneOptions(), NOW);
    for (const prefix of ['sha256:abab', 'sha256:a', 'ABAB', 'SHA256:ABABAB', 'a/app@abab'])
      expect(() => other.answer(prefix)).toThrow(
        expect.objectContaining({
          code: 'AMBIGUOUS',
          message: expect.stringContaining('matches 2 images'),
          suggestions: [`is it sha256:${'ab'.repeat(31)}00?`, `is it sha256:${'ab'.repeat(31)}11?`],
        }),
      );
    expect(() => other.answer('app')).toThrow(
      expect.objectContaining({ code: 'AMBIGUOUS', suggestions: ['is it a/app?', 'is it b/app?'] }),
    );
    expect(new Explanation(two, pruneOptions({ namespace: 'b' }), NOW).answer('app').stream).toBe('b/app');
  });

  test('a digest can lack its algorithm, have capitals, or begin that of an image in an image stream', () => {
    const [hex, other] = [`${'ab'.repeat(31)}0f`, `${'ab'.repeat(31)}11`];
    const scene = aSnapshot(
      anImageStream('a/app').withTag('t', [`sha256:${hex}`]),
      anImage(`sha256:${hex}`),
      anImage(`sha256:${other}`),
    );
    const explanation = new Explanation(scene, pruneOptions(), NOW);
    for (const text of [hex, hex.toUpperCase(), `SHA256:${hex}`, `a/app@${hex}`, 'a/app@abab', 'a/app@sha256:ABAB'])
      expect(explanation.answer(text).images.map(({ image }) => image)).toEqual([`sha256:${hex}`]);
    expect(() => explanation.answer('sha256:')).toThrow(/its digits are missing/);
  });

  test('a tag item whose image no longer exists is explained too', () => {
    const gone = why(aSnapshot(anImageStream('ns/app').withTag('a', [d('gone')])), d('gone'));
    expect(gone).toMatchObject({ exists: false, goes: false, would: [], because: { rule: 'no-image' } });
  });
});

test.each(['oc', 'extended'] as const)(
  'on every recorded random cluster (--referrers %s) verdicts are those of the plan, and every change is confirmed by planning with it',
  (referrers) => {
    let changes = 0;
    for (const { cluster, now, args } of randomCases()) {
      const snapshot = buildSnapshot(cluster);
      const keep = Number(/--keep-tag-revisions=(\d+)/.exec(args.join(' '))?.[1] ?? 3);
      const options = pruneOptions({
        referrers,
        keepTagRevisions: keep,
        all: !args.includes('--all=false'),
        ignoreInvalidRefs: true,
        pruneOverSizeLimit: args.some((arg) => arg.startsWith('--prune-over-size-limit')),
      });
      const situation = { snapshot, options, now: Date.parse(now) };
      const planned = (of: typeof situation): Set<string> => {
        const plan = planImagePrune({ snapshot: of.snapshot, now: of.now }, { ...of.options, pruneRegistry: false });
        return new Set(plan.images.map((image) => plan.snapshot.images.nameText(image)));
      };
      const base = planned(situation);
      const explanation = new Explanation(snapshot, options, situation.now);
      for (let image = 0; image < snapshot.images.count; image++) {
        const name = snapshot.images.nameText(image);
        const found = explanation.answer(name).images[0]!;
        expect(found.goes).toBe(base.has(name));
        for (const one of found.would) {
          changes++;
          expect([name, one.changes, planned(withChanges(situation, one.changes)).has(name)]).toEqual([
            name,
            one.changes,
            !found.goes,
          ]);
        }
      }
    }
    expect(changes).toBeGreaterThan(1000);
  },
);

test('with a policy, the rule is named instead of flags', async () => {
  const policy = await policyOf(`rules:
  - { name: releases, match: { tags: ["v*"] }, keep: always }
  - { name: old, match: { tags: [old] }, expireTag: { olderThan: 1d } }
  - { name: rest, keepTagRevisions: 2 }
`);
  expect(would(why(tagged({ v1: 0 }, { v1: 1 }), d('image'), { policy }))).toEqual([
    'once tag v1 is deleted',
    'without "keep: always" in rule "releases", with keepTagRevisions: 0 in rule "releases"',
  ]);
  expect(would(why(tagged({ dev: 1 }, { dev: 2 }), d('image'), { policy }))).toEqual([
    'with keepTagRevisions: 1 in rule "rest"',
    'once tag dev is deleted',
    'once 1 newer image is pushed to tag dev',
  ]);
  const gone = why(tagged({ old: 0 }, { old: 1 }), d('image'), { policy });
  expect(gone.goes).toBe(true);
  expect(would(gone)[0]).toBe('with only "keep: always" in rule "old"');
});
