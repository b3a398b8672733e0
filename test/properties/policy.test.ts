import fc from 'fast-check';
import type { PruneOptions } from '../../src/core/graph/options.js';
import type { KubeObject } from '../../src/core/model/kube.js';
import { streamKey } from '../../src/core/model/image-stream.js';
import type { PolicySource, RetentionPolicy } from '../../src/core/model/retention-policy.js';
import type { ImagePrunePlan } from '../../src/core/prune/plan/plan.js';
import { checkPolicy } from '../../src/core/rule-files/policy.js';
import { HOST, NOW } from '../support/builders.js';
import { clusters, optionSets, planOf, planText, type Lists } from './clusters.js';

/** Number of generated clusters per property. PROPERTY_RUNS=20000 searches longer. */
const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 250) };

type Rule = PolicySource['rules'][number];

const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(values, { nil: undefined });
const some = (...patterns: string[]): fc.Arbitrary<string[] | undefined> =>
  optional(fc.uniqueArray(fc.constantFrom(...patterns), { minLength: 1, maxLength: 2 }));
const match: fc.Arbitrary<Rule['match']> = fc.record({
  namespaces: some('a', 'b', '*', '/^[bc]$/'),
  streams: some('one', 't*', '?ne'),
  tags: some('latest', 'v*', 'sha256-*', '/[12]$/', '*'),
});
const age = fc.constantFrom('0', '60m', '24h', '14d', '90d');
const rule: fc.Arbitrary<Omit<Rule, 'name'>> = fc.oneof(
  fc.record({ match, keep: fc.constant('always' as const) }),
  fc.record({
    match,
    keepTagRevisions: optional(fc.nat(3)),
    keepYoungerThan: optional(age),
    expireTag: optional(
      fc.record({
        olderThan: age,
        keepNewest: fc.nat(2),
        orderBy: fc.constantFrom('created' as const, 'semver' as const),
        tracked: fc.boolean(),
      }),
    ),
  }),
);
const rules = fc.array(rule, { maxLength: 4 });

type Tag = { tag: string; items: { image: string; dockerImageReference?: string }[] };
const tagsOf = (stream: KubeObject): Tag[] => (stream.status as { tags: Tag[] }).tags;

/** Clusters in which some items were promoted from the newest item of other streams, and some tags are in the spec. */
const promoted = fc
  .tuple(clusters, fc.array(fc.constantFrom(-1, -1, 0, 1, 2), { minLength: 40, maxLength: 40 }))
  .map(([lists, choices]): Lists => {
    const streams = lists.imagestreams!;
    let next = 0;
    const source = (): KubeObject | undefined => streams[choices[next++ % choices.length]!];
    return { ...lists, imagestreams: streams.map((stream) => promote(stream, source)) };
  });

function promote(stream: KubeObject, source: () => KubeObject | undefined): KubeObject {
  const tags = tagsOf(stream).map((tag) => ({ ...tag, items: tag.items.map((item) => promoteItem(item, source())) }));
  const spec = tags
    .filter(() => source())
    .map(({ tag }) => ({ name: tag, from: { kind: 'DockerImage', name: 'x:1' } }));
  return { ...stream, spec: { ...stream.spec, tags: spec }, status: { ...stream.status, tags } };
}

function promoteItem(item: Tag['items'][number], from: KubeObject | undefined): Tag['items'][number] {
  const image = from && tagsOf(from).find(({ items }) => items.length > 0)?.items[0]!.image;
  if (!image) return item;
  const { namespace, name } = from.metadata;
  return { ...item, image, dockerImageReference: `${HOST}/${namespace}/${name}@${image}` };
}

async function policyOf(given: Omit<Rule, 'name'>[], options: PruneOptions): Promise<RetentionPolicy> {
  const defaults = { keepTagRevisions: options.keepTagRevisions, keepYoungerThan: `${options.keepYoungerThanMs}ms` };
  const named = given.map((one, at) => ({ name: `rule ${at}`, ...one }));
  const source = { apiVersion: 'regadm/v1', kind: 'RetentionPolicy', rules: named, defaults };
  const checked = await checkPolicy('policy', JSON.stringify(source));
  if ('policy' in checked) return checked.policy;
  throw new Error(JSON.stringify(checked.problems));
}

async function planWith(lists: Lists, options: PruneOptions, given: Omit<Rule, 'name'>[]): Promise<ImagePrunePlan> {
  return planOf(lists, { ...options, policy: await policyOf(given, options) });
}

const expiredIn = ({ streams }: ImagePrunePlan): string[] =>
  streams.flatMap(({ stream, expired }) => expired.map(({ tag }) => `${streamKey(stream)}:${tag}`)).sort();

test('a policy without rules, or with rules that state nothing, decides as the flags do', async () => {
  await fc.assert(
    fc.asyncProperty(promoted, optionSets, fc.array(match, { maxLength: 2 }), async (lists, options, matches) => {
      const plan = await planWith(
        lists,
        options,
        matches.map((one) => ({ match: one })),
      );
      expect(planText(plan)).toEqual(planText(planOf(lists, options)));
      expect(expiredIn(plan)).toEqual([]);
    }),
    RUNS,
  );
});

test('a rule with "keep: always" only ever keeps more', async () => {
  await fc.assert(
    fc.asyncProperty(promoted, optionSets, rules, match, fc.nat(4), async (lists, options, given, always, at) => {
      const before = await planWith(lists, options, given);
      const after = await planWith(lists, options, given.toSpliced(at, 0, { match: always, keep: 'always' }));
      const [less, more] = [planText(after), planText(before)];
      for (const what of ['items', 'images', 'blobs', 'links'] as const)
        expect(more[what]).toEqual(expect.arrayContaining(less[what]));
      expect(expiredIn(before)).toEqual(expect.arrayContaining(expiredIn(after)));
    }),
    RUNS,
  );
});

test('nothing that is in use goes, and no tag that is in use expires', async () => {
  await fc.assert(
    fc.asyncProperty(promoted, optionSets, rules, async (lists, options, given) => {
      const plan = await planWith(lists, options, given);
      const { uses, streams, images, snapshot, decisions } = plan;
      for (const image of images) expect(uses.digests.has(snapshot.images.name(image))).toBe(false);
      for (const { stream, items } of streams) {
        const key = streamKey(stream);
        for (const { tag, image, position } of items) {
          if (position === 0) expect(uses.tags.has(`${key}:${tag}`)).toBe(false);
          if (snapshot.images.indexOf(image) !== -1) expect(uses.images.get(key)?.has(image) ?? false).toBe(false);
        }
      }
      const expired = new Set(expiredIn(plan));
      for (const stream of snapshot.streams) {
        for (const [at, { name, items }] of stream.tags.entries()) {
          const key = `${streamKey(stream)}:${name}`;
          if (!expired.has(key)) continue;
          const newest = items[0]!.image;
          expect(uses.tags.has(key) || uses.digests.has(newest)).toBe(false);
          expect(decisions.promotions?.find(streamKey(stream), newest)).toBeUndefined();
          expect(decisions.expiredUnder(stream, at)).toBeDefined();
        }
      }
    }),
    RUNS,
  );
});

test('an item that stays has an image that stays, and so has everything that was promoted from it', async () => {
  await fc.assert(
    fc.asyncProperty(promoted, optionSets, rules, async (lists, options, given) => {
      const { snapshot, decisions } = await planWith(lists, options, given);
      for (const [at, stream] of snapshot.streams.entries()) {
        for (const [tag, { items }] of stream.tags.entries()) {
          for (const [position, item] of items.entries()) {
            const image = snapshot.images.indexOf(item.image);
            if (!decisions.item(at, tag, position).kept) continue;
            if (image !== -1) expect(decisions.imageKept(image)).toBe(true);
            if (item.source !== undefined) expect(decisions.promotions?.find(item.source, item.image)).toBeDefined();
          }
        }
      }
    }),
    RUNS,
  );
});

test('the order of objects does not matter', async () => {
  const reversed = fc.record({ images: fc.boolean(), imagestreams: fc.boolean(), tags: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(promoted, optionSets, rules, reversed, async (lists, options, given, order) => {
      const reverse = <T>(list: T[], apply = true): T[] => (apply ? list.toReversed() : list);
      const streams = lists.imagestreams!.map((stream) => {
        return { ...stream, status: { ...stream.status, tags: reverse(tagsOf(stream), order.tags) } };
      });
      const other: Lists = {
        ...lists,
        images: reverse(lists.images!, order.images),
        imagestreams: reverse(streams, order.imagestreams),
        pods: reverse(lists.pods!),
      };
      const [one, two] = [await planWith(lists, options, given), await planWith(other, options, given)];
      expect(planText(two)).toEqual(planText(one));
      expect(expiredIn(two)).toEqual(expiredIn(one));
    }),
    RUNS,
  );
});

test('an item goes only if its rule, or the defaults, state it', async () => {
  await fc.assert(
    fc.asyncProperty(promoted, optionSets, rules, async (lists, options, given) => {
      const policy = await policyOf(given, options);
      for (const { stream, items } of planOf(lists, { ...options, policy }).streams) {
        for (const { tag, position } of items) {
          const all = stream.tags.find(({ name }) => name === tag)!.items;
          const states = policy.rules.find(
            ({ match: by }) => by.namespace(stream.namespace) && by.stream(stream.name) && by.tag(tag),
          );
          const { keepTagRevisions, keepYoungerThanMs } = states ?? policy.defaults;
          expect(states?.keep).toBeUndefined();
          expect(NOW - all[position]!.created).toBeGreaterThanOrEqual(keepYoungerThanMs);
          const expiry = states?.expireTag;
          const isExpired = expiry && all.every(({ created }) => NOW - created > expiry.olderThanMs);
          const isGone = !lists.images!.some(({ metadata }) => metadata.name === nameAt(lists, stream, tag, position));
          expect(isExpired || isGone || position >= keepTagRevisions).toBe(true);
        }
      }
    }),
    RUNS,
  );
});

/** Returns the name of the image of an item. */
function nameAt(lists: Lists, stream: { namespace: string; name: string }, tag: string, position: number): string {
  const found = lists.imagestreams!.find(
    ({ metadata }) => metadata.namespace === stream.namespace && metadata.name === stream.name,
  )!;
  return tagsOf(found).find((one) => one.tag === tag)!.items[position]!.image;
}
