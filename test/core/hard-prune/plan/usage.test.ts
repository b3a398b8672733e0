import { ImageUses, StreamLists } from '../../../../src/core/hard-prune/gather/collectors.js';
import { invalidNameWarnings } from '../../../../src/core/hard-prune/plan/usage.js';
import type { KubeObject } from '../../../../src/core/model/kube.js';
import { anImage, anImageStream, digest } from '../../../support/builders.js';

function usageOf(images: KubeObject[], streams: KubeObject[] = []) {
  const uses = new ImageUses();
  const lists = new StreamLists();
  images.forEach((image) => uses.add(image));
  streams.forEach((stream) => lists.add(stream));
  const { inUse, names, children, incomplete, invalid, invalidCount } = uses;
  return { inUse, images: names, children, incomplete, streams: lists.listed, invalid, invalidCount };
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

test('warnings are limited', () => {
  const images = Array.from({ length: 100 }, (_, at) => anImage(digest(at)).withLayers(['x'.repeat(10_000)]).object);
  const lines = invalidNameWarnings(usageOf(images));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe('80 more images have names that are not digests');
});
