import fc from 'fast-check';
import type { PruneOptions, PullOptions } from '../../src/core/graph/options.js';
import { buildSnapshot } from '../../src/core/model/table/build-snapshot.js';
import type { KubeObject } from '../../src/core/model/kube.js';
import { streamKey } from '../../src/core/model/image-stream.js';
import { planImagePrune, type ImagePrunePlan } from '../../src/core/prune/plan/plan.js';
import { anImage, anImageStream, digest, NOW, pruneOptions, HOST } from '../support/builders.js';

export type Lists = Record<string, KubeObject[]>;

const STREAMS = ['a/one', 'a/two', 'b/one', 'c/three'];
const TAGS = ['latest', 'v1', 'v2'];
const AGES = ['2025-12-31T23:30:00Z', '2025-12-01T00:00:00Z', '2025-06-01T00:00:00Z'];
const IMAGES = 12;

const name = (at: number): string => digest(`image ${at}`);
const anyImage = fc.integer({ min: 0, max: IMAGES + 1 }).map(name);
const age = fc.constantFrom(...AGES);

/**
 * The first two images are indexes. The others share layers from a small pool. Two more digests do not exist as images.
 */
const images = fc.tuple(
  ...Array.from({ length: IMAGES }, (_, at) =>
    fc
      .record({
        exists: fc.integer({ max: 9, min: 0 }).map((chance) => chance > 0),
        created: age,
        managed: fc.boolean(),
        children: fc.uniqueArray(fc.integer({ min: 2, max: IMAGES + 1 }), { maxLength: 3 }),
        layers: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 4 }),
        config: fc.boolean(),
      })
      .map(({ exists, created, managed, children, layers, config }) => {
        const image = anImage(name(at)).created(created);
        if (!managed) image.imported();
        if (at < 2) image.withChildren(children.map(name));
        else image.withLayers(layers.map((layer) => digest(`layer ${layer}`)));
        if (at >= 2 && config) image.withConfig(digest(`config ${at % 4}`));
        return exists ? [image.object] : [];
      }),
  ),
);

const tag = fc.record({
  tag: fc.oneof(
    fc.constantFrom(...TAGS),
    fc.integer({ min: 2, max: IMAGES - 1 }).map((at) => `${name(at).replace(':', '-')}.sig`),
  ),
  items: fc.array(fc.record({ image: anyImage, created: age }), { maxLength: 6 }),
});

const streams = fc.tuple(
  ...STREAMS.map((key) =>
    fc
      .record({ tags: fc.uniqueArray(tag, { maxLength: 3, selector: (one) => one.tag }), created: age })
      .map(({ tags, created }) => {
        const { object } = anImageStream(key).created(created);
        return { ...object, status: { ...object.status, tags } };
      }),
  ),
);

const reference = fc
  .record({
    key: fc.constantFrom(...STREAMS),
    tag: fc.constantFrom(...TAGS),
    image: anyImage,
    by: fc.constantFrom('tag', 'digest', 'both'),
  })
  .map(
    ({ key, tag: text, image, by }) =>
      `${HOST}/${key}${by === 'digest' ? '' : `:${text}`}${by === 'tag' ? '' : `@${image}`}`,
  );

const pod = fc
  .record({
    phase: fc.constantFrom('Running', 'Pending', 'Succeeded', 'Failed', 'Unknown'),
    created: age,
    container: fc.option(reference, { nil: undefined }),
    ephemeral: fc.option(reference, { nil: undefined }),
    volume: fc.option(reference, { nil: undefined }),
    imageID: fc.option(fc.oneof(anyImage, reference, fc.constant('')), { nil: undefined }),
  })
  .map(({ phase, created, container, ephemeral, volume, imageID }) => ({
    metadata: { namespace: 'a', name: '', creationTimestamp: created },
    spec: {
      containers: container ? [{ name: 'main', image: container }] : [],
      ephemeralContainers: ephemeral ? [{ name: 'debug', image: ephemeral }] : [],
      volumes: volume ? [{ name: 'data', image: { reference: volume } }] : [],
    },
    status: { phase, containerStatuses: imageID === undefined ? [] : [{ name: 'main', imageID }] },
  }));

const build = fc
  .record({
    from: anyImage,
    source: anyImage,
    phase: fc.constantFrom('Running', 'Complete'),
    to: fc.constantFrom(...TAGS),
    kind: fc.constantFrom('one', 'two'),
  })
  .map(({ from, source, phase, to, kind }) => ({
    metadata: { namespace: 'a', name: '' },
    spec: {
      strategy: { dockerStrategy: { from: { kind: 'ImageStreamImage', name: `${kind}@${from}` } } },
      source: { images: [{ from: { kind: 'ImageStreamImage', name: `one@${source}` } }] },
      output: { to: { kind: 'ImageStreamTag', name: `one:${to}` } },
    },
    status: { phase },
  }));

const named = (prefix: string, objects: { metadata: object }[]): KubeObject[] =>
  objects.map((object, at) => ({ ...object, metadata: { ...object.metadata, name: `${prefix}-${at}` } }) as KubeObject);

/** Lists of a small cluster: images share layers, streams list images twice, and some listed images do not exist. */
export const clusters: fc.Arbitrary<Lists> = fc
  .record({ images, streams, pods: fc.array(pod, { maxLength: 3 }), builds: fc.array(build, { maxLength: 1 }) })
  .map((cluster) => ({
    images: cluster.images.flat(),
    imagestreams: [...cluster.streams],
    pods: named('pod', cluster.pods),
    builds: named('build', cluster.builds),
  }));

/** Options that affect the plan. */
export const optionSets: fc.Arbitrary<PruneOptions> = fc
  .record({
    keepTagRevisions: fc.integer({ min: 0, max: 3 }),
    all: fc.boolean(),
    keepYoungerThanMs: fc.constantFrom(0, 3_600_000),
    namespace: fc.option(fc.constant('a'), { nil: undefined, freq: 5 }),
  })
  .map((options) => pruneOptions(options));

const pullTime = fc.constantFrom(...AGES, '2026-06-01T00:00:00Z').map((text) => Date.parse(text));

/** Pulls from the repositories, and some times for which they keep something. */
export const pullOptions: fc.Arbitrary<PullOptions> = fc
  .record({
    repositories: fc.dictionary(
      fc.constantFrom(...STREAMS, 'a/gone'),
      fc.record({
        digests: fc.array(fc.tuple(anyImage, pullTime), { maxLength: 4 }).map((all) => new Map(all)),
        tags: fc
          .array(fc.tuple(fc.constantFrom(...TAGS), fc.array(pullTime, { minLength: 1, maxLength: 3 })))
          .map((all) => new Map(all)),
      }),
    ),
    keepPulledWithinMs: fc.constantFrom(0, 7_200_000, 60 * 86_400_000),
  })
  .map(({ repositories, keepPulledWithinMs }) => ({
    file: 'pulls.json',
    history: { repositories: new Map(Object.entries(repositories)), covered: [] },
    keepPulledWithinMs,
    requireComplete: false,
  }));

/** A plan as comparable strings. */
export interface PlanText {
  items: string[];
  images: string[];
  blobs: string[];
  links: string[];
}

export function planOf(lists: Lists, options: PruneOptions): ImagePrunePlan {
  return planImagePrune({ snapshot: buildSnapshot(lists), now: NOW }, options);
}

export function planText({ snapshot, streams: planned, images, blobs }: ImagePrunePlan): PlanText {
  const { digests } = snapshot;
  const text = (id: number): string => digests.text(id);
  return {
    items: planned
      .flatMap(({ stream, items }) =>
        items.map(({ tag: of, position, image }) => `${streamKey(stream)}:${of}#${position}@${text(image)}`),
      )
      .sort(),
    images: images.map((image) => snapshot.images.nameText(image)),
    blobs: blobs.map(text),
    links: planned.flatMap(({ stream, layerLinks, manifestLinks }) => [
      ...layerLinks.map((link) => `layer ${streamKey(stream)}@${text(link)}`),
      ...manifestLinks.map((link) => `manifest ${streamKey(stream)}@${text(link)}`),
    ]),
  };
}
