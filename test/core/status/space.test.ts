import { measureSpace } from '../../../src/core/status/space.js';
import { NOW, aSnapshot, anImage, anImageStream, digest } from '../../support/builders.js';

const layers = (...names: string[]): string[] => names.map(digest);
const image = (name: string, ...of: string[]) => anImage(digest(name)).withLayers(layers(...of));

test('bytes are counted once for every owner; what other owners need too is shared', () => {
  const space = measureSpace(
    aSnapshot(
      anImageStream('a/one').withTag('v1', [digest('x'), digest('y')]),
      anImageStream('a/two').withTag('v1', [digest('y')]),
      anImageStream('b/three').withTag('v1', [digest('z')]),
      image('x', 'base', 'x1'),
      image('y', 'base', 'y1'),
      image('z', 'base', 'z1', 'z2'),
      image('lost', 'base', 'l1'),
    ),
    NOW,
  );
  expect(space).toMatchObject({
    images: 4,
    imported: 0,
    streams: 3,
    tagItems: 4,
    blobs: 6,
    bytes: 6000,
    sharedBetweenNamespaces: 1000,
  });
  expect(space.namespaces).toEqual([
    { namespace: 'a', streams: 2, images: 2, tagItems: 3, bytes: 3000, unique: 2000 },
    { namespace: 'b', streams: 1, images: 1, tagItems: 1, bytes: 3000, unique: 2000 },
  ]);
  expect(space.imageStreams.map(({ name, bytes, unique }) => [name, bytes, unique])).toEqual([
    ['three', 3000, 2000],
    ['one', 3000, 1000],
    ['two', 2000, 0],
  ]);
  expect(space.untagged).toEqual({ images: 1, tagItems: 0, bytes: 2000, unique: 1000 });
});

test('children of a listed index belong to its stream; imported images have no bytes', () => {
  const space = measureSpace(
    aSnapshot(
      anImageStream('a/multi').withTag('v1', [digest('index')]),
      anImage(digest('index')).withChildren([digest('child')]),
      image('child', 'c1'),
      anImageStream('tools/nginx').withTag('latest', [digest('nginx')]),
      image('nginx', 'n1').imported(),
    ),
    NOW,
  );
  expect(space).toMatchObject({ images: 3, imported: 1, bytes: 1000, untagged: { images: 0 } });
  expect(space.namespaces.map(({ namespace, images, bytes }) => [namespace, images, bytes])).toEqual([
    ['a', 2, 1000],
    ['tools', 1, 0],
  ]);
});

test('a blob is as old as the youngest image that needs it', () => {
  const days = (count: number): string => new Date(NOW - count * 86_400_000).toISOString();
  const { ages } = measureSpace(
    aSnapshot(image('old', 'base', 'o1').created(days(400)), image('new', 'base', 'n1').created(days(3))),
    NOW,
  );
  expect(ages.filter(({ images }) => images > 0)).toEqual([
    { upTo: 7 * 86_400_000, images: 1, bytes: 2000 },
    { upTo: Infinity, images: 1, bytes: 1000 },
  ]);
});

test('an empty cluster', () => {
  expect(measureSpace(aSnapshot(), NOW)).toMatchObject({
    images: 0,
    bytes: 0,
    namespaces: [],
    imageStreams: [],
    untagged: { images: 0, bytes: 0 },
  });
});
