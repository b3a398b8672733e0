import { invalidNameWarnings } from '../../../../src/core/model/table/invalid-name-warnings.js';
import { describeReason } from '../../../../src/core/graph/reason.js';
import type { KubeObject } from '../../../../src/core/model/kube.js';
import { anImage, anImageStream, digest, pruneOptions } from '../../../support/builders.js';
import { planOf, planText } from '../../../properties/clusters.js';

const VICTIM = digest('victim');
const LAYER = digest('victim layer');
const EVIL = digest('evil');
const victim = [
  anImage(VICTIM).in('prod/app').withLayers([LAYER]).object,
  anImageStream('prod/app').withTag('latest', [VICTIM]).object,
] as const;

/** Plans a prune of a cluster with the victim's image and stream, and a tenant's. */
function plan(images: KubeObject[], streams: KubeObject[] = []) {
  const lists = { images: [victim[0], ...images], imagestreams: [victim[1], ...streams] };
  return planOf(lists, pruneOptions({ keepTagRevisions: 1, keepYoungerThanMs: 0 }));
}

const NEW = digest('new');
const tenantStream = (...items: string[]): KubeObject =>
  anImageStream('tenant/app').withTag('latest', [NEW, ...items]).object;

test.each([`${LAYER}?x`, `../../v2/prod/app/blobs/${LAYER}`, LAYER.toUpperCase(), 'x', ''])(
  'a layer named %j names no blob; the image is pruned with its other layers',
  (name) => {
    const evil = anImage(EVIL)
      .in('tenant/app')
      .withLayers([digest('own'), name])
      .withConfig(`${LAYER}#`).object;
    const { items, images, blobs, links } = planText(plan([evil, anImage(NEW).object], [tenantStream(EVIL)]));
    expect(items).toEqual([`tenant/app:latest#1@${EVIL}`]);
    expect(images).toEqual([EVIL]);
    expect(blobs).toEqual([EVIL, digest('own')].sort());
    expect(links.sort()).toEqual([`layer tenant/app@${digest('own')}`, `manifest tenant/app@${EVIL}`]);
  },
);

test.each(['oc', 'extended'] as const)(
  'an image whose own name is not a digest is kept with what it names: %s',
  (referrers) => {
    const child = digest('child');
    const odd = anImage(`${VICTIM}?x`)
      .in('tenant/app')
      .withLayers([digest('own')])
      .withChildren([child]).object;
    const loose = anImage(digest('loose')).withLayers([digest('own'), digest('other')]).object;
    const lists = { images: [victim[0], odd, loose, anImage(child).object], imagestreams: [victim[1]] };
    const planned = planOf(lists, pruneOptions({ keepTagRevisions: 1, keepYoungerThanMs: 0, referrers }));
    expect(planText(planned)).toEqual({
      items: [],
      images: [digest('loose')],
      blobs: [digest('loose'), digest('other')].sort(),
      links: [],
    });
    const { images } = planned.snapshot;
    expect(describeReason(planned.decisions.image(images.find(`${VICTIM}?x`)).because)).toBe(
      'its name is not a digest',
    );
  },
);

test('a tag item that names an image by what is not a digest is kept', () => {
  const odd = anImage(`${VICTIM}?x`).object;
  const { items, links } = planText(plan([odd, anImage(NEW).object], [tenantStream(`${VICTIM}?x`, '..', 'gone')]));
  expect({ items, links }).toEqual({ items: [], links: [] });
});

test('an image stream whose name is not the name of a repository is not changed', () => {
  const stream = anImageStream('tenant/app?x')
    .withTag('latest', [NEW, EVIL])
    .withPending([digest('before')]).object;
  const planned = plan([anImage(NEW).object, anImage(EVIL).object], [stream]);
  expect(planText(planned)).toEqual({ items: [], images: [], blobs: [], links: [] });
});

test('a child whose name is not a digest is ignored', () => {
  const index = anImage(digest('index')).withChildren([`${VICTIM}?x`, digest('child')]).object;
  const { images } = planText(plan([index, anImage(digest('child')).object]));
  expect(images).toEqual([digest('index'), digest('child')].sort());
});

describe('the annotation of interrupted runs', () => {
  const old = anImage(EVIL)
    .in('tenant/app')
    .withLayers([digest('own')]).object;
  const planned = (stream: { object: KubeObject }, images = [old]) => planText(plan(images, [stream.object]));
  const tenant = () => anImageStream('tenant/app');

  test('leads to links of its own repository', () => {
    const { links } = planned(tenant().withPending([EVIL, VICTIM, 'junk', `${VICTIM}?x`]));
    expect(links).toHaveLength(4);
    expect(links.every((link) => / tenant\/app@sha256:[0-9a-f]{64}$/.test(link))).toBe(true);
  });

  test('does not touch what the stream lists', () => {
    expect(planned(tenant().withTag('latest', [EVIL]).withPending([EVIL])).links).toEqual([]);
  });

  test('does not touch what the rules keep: a young stream, a young image', () => {
    const now = '2026-01-01T00:00:00Z';
    const lists = (stream: { object: KubeObject }, image: KubeObject) => ({
      images: [image],
      imagestreams: [stream.object],
    });
    const links = (stream: { object: KubeObject }, image: KubeObject): string[] =>
      planText(planOf(lists(stream, image), pruneOptions())).links;
    expect(links(tenant().created(now).withPending([EVIL]), old)).toEqual([]);
    expect(links(tenant().withPending([EVIL]), anImage(EVIL).created(now).object)).toEqual([]);
    expect(links(tenant().withPending([EVIL]), old)).toHaveLength(2);
  });

  test('is limited', () => {
    const digests = Array.from({ length: 5000 }, (_, at) => digest(at));
    const { snapshot } = plan([], [tenant().withPending(digests).object]);
    expect(snapshot.streams[1]!.pending).toHaveLength(2000);
    expect(invalidNameWarnings(snapshot)).toEqual([expect.stringContaining('and 2999 more')]);
  });
});

describe('warnings', () => {
  test('name the image, its streams, the text and the remedy', () => {
    const evil = anImage(EVIL)
      .in('tenant/app')
      .withLayers([`${LAYER}?x\u001b[2J\u202e`]).object;
    const { snapshot } = plan([evil, anImage(NEW).object, anImage('odd').object], [tenantStream(EVIL, '..')]);
    expect(invalidNameWarnings(snapshot)).toEqual([
      `image ${EVIL} (in image stream tenant/app) has dockerImageLayers[0].name "${LAYER}?x\\u001b[2J\\u202e", which is not a digest and names no blob; push the image again, or delete it`,
      'image "odd" (in no image stream) has metadata.name "odd", which is not a digest; the image and what it names are kept; delete it if nothing needs it',
      'image stream tenant/app: tag "latest" lists the image "..", which is not a digest; the tag item is kept; delete the tag if nothing needs it',
    ]);
  });

  test('are limited in number and length', () => {
    const long = 'x'.repeat(100_000);
    const images = Array.from(
      { length: 3000 },
      (_, at) => anImage(digest(at)).withLayers([long, long, long, long]).object,
    );
    const streams = Array.from({ length: 100 }, (_, at) => anImageStream(`ns/stream${at}`).withTag('x', [long]).object);
    const lines = invalidNameWarnings(plan(images, streams).snapshot);
    expect(lines).toHaveLength(42);
    expect(lines[20]).toBe('2980 more images have names that are not digests');
    expect(lines[41]).toBe('80 more image streams list names that are not digests');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1000);
  });
});
