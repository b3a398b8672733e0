import { ImageUses, StreamLists } from '../../../../src/core/orphans/gather/collectors.js';
import { invalidNameWarnings } from '../../../../src/core/orphans/plan/usage.js';
import type { KubeObject } from '../../../../src/core/model/kube.js';
import { anImage, anImageStream, digest } from '../../../support/builders.js';

function usageOf(images: KubeObject[], streams: KubeObject[] = []) {
  const lists = new StreamLists();
  streams.forEach((stream) => lists.add(stream));
  const uses = new ImageUses(lists.hosts);
  images.forEach((image) => uses.add(image));
  return {
    ...uses,
    images: uses.names,
    newestImage: uses.newest,
    streams: lists.listed,
    sources: lists.sources,
    linkingOthers: new Set<string>(),
  };
}

const hex = (name: string): string => digest(name).slice(7);

test('a name that is not a digest uses nothing; the digests beside it count as used', () => {
  const evil = anImage(digest('evil'))
    .withLayers([`${digest('victim')}?x`, digest('own')])
    .withConfig('../x').object;
  const odd = anImage(`${digest('victim')}?x`)
    .withLayers([digest('other')])
    .withChildren(['x', digest('child')]).object;
  const usage = usageOf([evil, odd], [anImageStream('tenant/app').withTag('latest', [digest('evil'), 'x']).object]);
  expect([...usage.inUse.keys()].sort()).toEqual([hex('evil'), hex('own'), hex('other')].sort());
  expect([...usage.images]).toEqual([hex('evil')]);
  expect([...usage.streams.get('tenant/app')!]).toEqual([hex('evil')]);
  expect(invalidNameWarnings(usage)).toEqual([
    `image ${digest('evil')} (in image stream tenant/app) has dockerImageMetadata.Id "../x", dockerImageLayers.name "${digest('victim')}?x", which is not a digest and names no blob; push the image again, or delete it`,
    `image "${digest('victim')}?x" (in no image stream) has metadata.name "${digest('victim')}?x", which is not a digest and names no blob; push the image again, or delete it`,
  ]);
});

test.each([null, [null], [{ items: null }], [{ items: [null, { image: digest('listed') }] }]])(
  'entries of another type name nothing: status.tags %j',
  (tags) => {
    const stream = anImageStream('tenant/app').object;
    stream.status = { ...stream.status, tags };
    const image = { ...anImage(digest('listed')).object, dockerImageLayers: [null], dockerImageManifests: [null] };
    const usage = usageOf([image], [stream]);
    const isListed = JSON.stringify(tags).includes(digest('listed'));
    expect([...usage.streams.get('tenant/app')!]).toEqual(isListed ? [hex('listed')] : []);
  },
);

test.each([
  ['text', 'status.tags'],
  [{}, 'status.tags'],
  [[{ items: 'text' }], 'status.tags[].items'],
  [[{ tag: 'a', items: { image: digest('listed') } }], 'status.tags[].items'],
])('a list of another type is an error: status.tags %j', (tags, field) => {
  const stream = anImageStream('tenant/app').object;
  stream.status = { ...stream.status, tags };
  expect(() => usageOf([], [stream])).toThrow(`${field} of "tenant/app" is not a list`);
});

test('warnings are limited', () => {
  const images = Array.from({ length: 100 }, (_, at) => anImage(digest(at)).withLayers(['x'.repeat(10_000)]).object);
  const lines = invalidNameWarnings(usageOf(images));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe('80 more images have names that are not digests');
});

const HOST = 'image-registry.openshift-image-registry.svc:5000';
const taggedImage = (name: string, annotation: string, reference: string, created?: string): KubeObject => ({
  metadata: {
    name: digest(name),
    annotations: { 'openshift.io/image.managed': annotation },
    ...(created ? { creationTimestamp: created } : {}),
  },
  dockerImageReference: reference,
});
const aStream = (repository: string, spec = {}): KubeObject => ({
  metadata: { namespace: 'ns', name: 'app' },
  spec,
  status: { dockerImageRepository: repository },
});

test('an image is managed if it is annotated so and its reference is in the registry that image streams state', () => {
  const images = [
    taggedImage('pushed', 'true', `${HOST}/ns/app@x`),
    taggedImage('imported', 'false', `${HOST}/ns/app@x`),
    taggedImage('elsewhere', 'true', 'quay.io/ns/app@x'),
    taggedImage('no reference', 'true', ''),
  ];
  expect([...usageOf(images, [aStream(`${HOST}/ns/app`)]).managed]).toEqual([hex('pushed')]);
  const tenants = aStream('quay.io/ns/app', { dockerImageRepository: 'quay.io/ns/app' });
  expect([...usageOf(images, [tenants, aStream(`${HOST}/ns/app`)]).managed]).toEqual([hex('pushed')]);
  expect(usageOf(images, [tenants]).managed.size).toBe(3);
});

test('the newest image counts, whatever the order', () => {
  const images = ['2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', undefined, 'x', '2026-02-01T00:00:00Z'].map(
    (created, index) => taggedImage(`image ${index}`, 'true', '', created),
  );
  expect(usageOf(images).newestImage).toBe(Date.parse('2026-03-01T00:00:00Z'));
  expect(usageOf([taggedImage('image', 'true', '')]).newestImage).toBeUndefined();
});
