import fc from 'fast-check';
import type { KubeObject } from '../../src/core/model/kube.js';
import { NOW } from '../support/builders.js';
import { clusters, planText, pullOptions, optionSets, planOf, type Lists, type PlanText } from './clusters.js';

/** Number of generated clusters per property. PROPERTY_RUNS=20000 searches longer. */
const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 250) };

const NOTHING = { items: [], images: [], blobs: [], links: [] };

type Tag = { tag: string; items: { image: string; created: string }[] };
const tagsOf = (stream: KubeObject): Tag[] => (stream.status as { tags?: Tag[] }).tags ?? [];
const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;
const partsOf = (image: KubeObject): string[] => {
  const { dockerImageLayers = [], dockerImageMetadata } = image as unknown as {
    dockerImageLayers: { name: string }[];
    dockerImageMetadata: { Id: string };
  };
  return [...dockerImageLayers.map(({ name }) => name), dockerImageMetadata.Id].filter(Boolean);
};
const childrenOf = (image: KubeObject): string[] =>
  ((image.dockerImageManifests ?? []) as { digest: string }[]).map(({ digest }) => digest);

test('extended keeps all items, images, blobs and links that oc keeps', () => {
  fc.assert(
    fc.property(clusters, optionSets, (lists, options) => {
      const extended = planText(planOf(lists, { ...options, referrers: 'extended' }));
      const oc = planText(planOf(lists, { ...options, referrers: 'oc' }));
      for (const what of ['items', 'images', 'blobs', 'links'] as const) {
        const allowed = new Set(oc[what]);
        expect(extended[what].filter((one) => !allowed.has(one))).toEqual([]);
      }
    }),
    RUNS,
  );
});

test.each(['oc', 'extended'] as const)('%s: every blob and link that a remaining image needs is kept', (referrers) => {
  fc.assert(
    fc.property(clusters, optionSets, (lists, options) => {
      const plan = planText(planOf(lists, { ...options, referrers }));
      const after = applyPlan(lists, plan);
      const blobs = new Set(plan.blobs);
      const images = new Map(after.images!.map((image) => [image.metadata.name, image]));
      for (const image of images.values())
        expect([image.metadata.name, ...partsOf(image)].filter((part) => blobs.has(part))).toEqual([]);
      const links = new Set(plan.links);
      for (const stream of after.imagestreams!) {
        for (const listed of tagsOf(stream).flatMap(({ items }) => items)) {
          const image = images.get(listed.image);
          if (!image) continue;
          const needed = [
            image,
            ...(referrers === 'oc' ? [] : childrenOf(image).map((child) => images.get(child))),
          ].filter((one) => one !== undefined);
          const lost = needed.flatMap((one) => [
            `manifest ${keyOf(stream)}@${one.metadata.name}`,
            ...partsOf(one).map((part) => `layer ${keyOf(stream)}@${part}`),
          ]);
          expect(lost.filter((link) => links.has(link))).toEqual([]);
        }
      }
    }),
    RUNS,
  );
});

test('extended: every child of a remaining index is kept', () => {
  fc.assert(
    fc.property(clusters, optionSets, (lists, options) => {
      const plan = planText(planOf(lists, options));
      const gone = new Set(plan.images);
      for (const image of applyPlan(lists, plan).images!)
        expect(childrenOf(image).filter((child) => gone.has(child))).toEqual([]);
    }),
    RUNS,
  );
});

test.each(['oc', 'extended'] as const)('%s: no planned item has a reason to be kept', (referrers) => {
  fc.assert(
    fc.property(clusters, optionSets, (lists, options) => {
      const plan = planOf(lists, { ...options, referrers });
      const existing = new Set(lists.images!.map(({ metadata }) => metadata.name));
      const young = (time: unknown): boolean => Date.parse(String(time)) > NOW - options.keepYoungerThanMs;
      for (const { stream, items } of plan.streams) {
        const key = `${stream.namespace}/${stream.name}`;
        const object = lists.imagestreams!.find((one) => keyOf(one) === key)!;
        expect(young(object.metadata.creationTimestamp)).toBe(false);
        if (options.namespace !== undefined) expect(stream.namespace).toBe(options.namespace);
        for (const { tag, position } of items) {
          const item = tagsOf(object).find((one) => one.tag === tag)!.items[position]!;
          expect(young(item.created)).toBe(false);
          const texts = usedBy(lists, options, referrers === 'extended');
          if (position === 0) expect(texts).not.toContain(`${key}:${tag}`);
          if (!existing.has(item.image)) continue;
          expect(position).toBeGreaterThanOrEqual(options.keepTagRevisions);
          expect(texts).not.toContain(`${key}@${item.image}`);
          if (referrers === 'extended') expect(texts).not.toContain(`@${item.image}`);
        }
      }
    }),
    RUNS,
  );
});

test.each(['oc', 'extended'] as const)('%s: the order of the lists does not matter', (referrers) => {
  const shuffled = clusters.chain((lists) =>
    fc.record({
      lists: fc.constant(lists),
      other: fc.record(
        Object.fromEntries(
          Object.entries(lists).map(([resource, items]) => [
            resource,
            fc.shuffledSubarray(items, { minLength: items.length }),
          ]),
        ),
      ) as fc.Arbitrary<Lists>,
    }),
  );
  fc.assert(
    fc.property(shuffled, optionSets, ({ lists, other }, options) => {
      expect(planText(planOf(other, { ...options, referrers }))).toEqual(
        planText(planOf(lists, { ...options, referrers })),
      );
    }),
    RUNS,
  );
});

test.each(['oc', 'extended'] as const)('%s: after a plan is executed, the next one is empty', (referrers) => {
  fc.assert(
    fc.property(clusters, optionSets, fc.boolean(), (lists, options, pruneSignatures) => {
      const asked = { ...options, referrers, pruneSignatures: pruneSignatures && referrers === 'extended' };
      const plan = planText(planOf(lists, asked));
      expect(planText(planOf(applyPlan(lists, plan), asked))).toEqual(NOTHING);
    }),
    RUNS,
  );
});

test.each(['oc', 'extended'] as const)('%s: pulls only ever keep more', (referrers) => {
  fc.assert(
    fc.property(clusters, optionSets, pullOptions, (lists, options, pulls) => {
      const asked = { ...options, referrers };
      const without = planText(planOf(lists, asked));
      const plan = planText(planOf(lists, { ...asked, pulls }));
      for (const what of ['items', 'images', 'blobs', 'links'] as const) {
        const allowed = new Set(without[what]);
        expect(plan[what].filter((one) => !allowed.has(one))).toEqual([]);
      }
      expect(planText(planOf(applyPlan(lists, plan), { ...asked, pulls }))).toEqual(NOTHING);
    }),
    RUNS,
  );
});

test('every remaining image and item has a reason', () => {
  fc.assert(
    fc.property(clusters, optionSets, (lists, options) => {
      const { decisions, snapshot } = planOf(lists, options);
      for (let image = 0; image < snapshot.images.count; image++) {
        const { kept, because } = decisions.image(image);
        expect(kept).toBe(decisions.imageKept(image));
        // If a tag item keeps an image, the reason names an existing item.
        if (kept && because.rule === 'tag-item') expect(because.of).toBeGreaterThan(0);
      }
    }),
    RUNS,
  );
});

/** Returns the cluster after the plan was executed. */
function applyPlan(lists: Lists, plan: PlanText): Lists {
  const items = new Set(plan.items);
  const images = new Set(plan.images);
  const without = (stream: KubeObject): KubeObject => {
    const stays = (tag: string, image: string, position: number): boolean =>
      !items.has(`${keyOf(stream)}:${tag}#${position}@${image}`);
    const tags = tagsOf(stream).map(({ tag, items: all }) => ({
      tag,
      items: all.filter(({ image }, position) => stays(tag, image, position)),
    }));
    return { ...stream, status: { ...stream.status, tags: tags.filter((tag) => tag.items.length > 0) } };
  };
  return {
    ...lists,
    images: lists.images!.filter(({ metadata }) => !images.has(metadata.name)),
    imagestreams: lists.imagestreams!.map(without),
  };
}

/**
 * Lists what referrers use, read from their JSON, as `ns/name:tag`, `ns/name@digest` and `@digest`, which `oc` ignores.
 * It shares no code with the program.
 */
function usedBy(
  lists: Lists,
  options: { keepYoungerThanMs: number; namespace?: string },
  includeExtended: boolean,
): string[] {
  const found: string[] = [];
  const add = (text: string | undefined): void => {
    const [, key = '', tag = '', image = ''] =
      /^registry\.example\.org:5000\/([a-z]+\/[a-z]+)(?::(\w+))?(?:@(.+))?$/.exec(text ?? '') ?? [];
    if (image) found.push(`${key}@${image}`, `@${image}`);
    else if (key) found.push(`${key}:${tag || 'latest'}`);
  };
  for (const pod of lists.pods!) {
    const { phase, containerStatuses } = pod.status as { phase: string; containerStatuses: { imageID: string }[] };
    const counts = ['Running', 'Pending'].includes(phase) || (includeExtended && phase === 'Unknown');
    if (!counts && !(Date.parse(pod.metadata.creationTimestamp!) > NOW - options.keepYoungerThanMs)) continue;
    const spec = pod.spec as {
      containers: { image: string }[];
      ephemeralContainers: { image: string }[];
      volumes: { image: { reference: string } }[];
    };
    for (const { image } of spec.containers) add(image);
    if (!includeExtended) continue;
    for (const { image } of spec.ephemeralContainers) add(image);
    for (const { image } of spec.volumes) add(image.reference);
    for (const { imageID } of containerStatuses) {
      if (imageID.startsWith('sha256:')) found.push(`@${imageID}`);
      else if (imageID.includes('@')) add(imageID);
    }
  }
  for (const build of lists.builds!) {
    const spec = build.spec as {
      strategy: { dockerStrategy: { from: { name: string } } };
      source: { images: { from: { name: string } }[] };
      output: { to: { name: string } };
    };
    const streamImage = (text: string): void => void found.push(`a/${text}`, `@${text.split('@')[1]}`);
    streamImage(spec.strategy.dockerStrategy.from.name);
    if (!includeExtended) continue;
    for (const { from } of spec.source.images) streamImage(from.name);
    if ((build.status as { phase: string }).phase === 'Running') found.push(`a/${spec.output.to.name}`);
  }
  return found;
}
