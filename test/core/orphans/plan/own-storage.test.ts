import { assertOwnStorage, findDoubts, type SeenStorage } from '../../../../src/core/orphans/plan/own-storage.js';
import { newerManifests } from '../../../../src/core/orphans/plan/newer-manifests.js';
import { repositoryWarnings } from '../../../../src/core/orphans/plan/repository-warnings.js';

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

/** Image lists in which each namespace has one stream with managed images, named `NAMESPACE` and a number. */
function aCluster(namespaces: Record<string, number>) {
  const streams = new Map(
    Object.entries(namespaces).map(([name, count]) => [`${name}/app`, new Set([...names(name, count), 'imported'])]),
  );
  const managed = new Set(Object.entries(namespaces).flatMap(([name, count]) => names(name, count)));
  return { streams, managed, images: new Set([...managed, 'imported']) };
}

const storageWith = (managed: string[], more: Partial<SeenStorage> = {}): SeenStorage => ({
  repositories: 1,
  blobs: 10,
  hasImages: true,
  managed: new Set(managed),
  ...more,
});

const messages = (...args: Parameters<typeof findDoubts>): string[] =>
  findDoubts(...args).map(({ message }) => message);

describe('managed images that are mostly elsewhere', () => {
  test('the counts are in the message', () => {
    expect(messages(storageWith(['shop0']), aCluster({ shop: 12 }), 'safe')).toEqual([
      "only 1 of 12 images that were pushed to the cluster's registry are in this storage (on average 8% of those of a namespace, of 1 namespace; at least 50% are expected)",
    ]);
  });

  test('half of them are enough', () => {
    expect(messages(storageWith(['shop0']), aCluster({ shop: 2 }), 'safe')).toEqual([]);
    expect(messages(storageWith(['shop0']), aCluster({ shop: 3 }), 'safe')).toHaveLength(1);
  });

  test('each namespace counts once, even if it has many images', () => {
    const cluster = aCluster({ large: 100, a: 1, b: 1 });
    const warnings = findDoubts(storageWith(['a0', 'b0']), cluster, 'safe');
    expect(assertOwnStorage(warnings, false)).toEqual([
      "only 2 of 102 images that were pushed to the cluster's registry are in this storage: if it is not the cluster's alone, what looks unused can be in use",
    ]);
    expect(() => assertOwnStorage(findDoubts(storageWith(names('large', 100)), cluster, 'safe'), false)).toThrow();
  });

  test('an image in several streams of a namespace counts once', () => {
    const cluster = aCluster({ shop: 3 });
    for (const name of ['b', 'c', 'd']) cluster.streams.set(`shop/${name}`, new Set(['shop0']));
    expect(messages(storageWith(['shop0']), cluster, 'safe')[0]).toContain('only 1 of 3 images');
  });

  test('imported images do not count', () => {
    expect(messages(storageWith([]), { ...aCluster({ shop: 3 }), managed: new Set() }, 'safe')).toEqual([]);
  });

  test('the rules of the registry do not ask', () => {
    expect(messages(storageWith([]), aCluster({ shop: 12 }), 'registry')).toEqual([]);
  });
});

describe('lists or a storage without anything in common', () => {
  const empty = { streams: new Map<string, Set<string>>(), managed: new Set<string>(), images: new Set<string>() };

  test('no streams and no images, but repositories', () => {
    expect(messages(storageWith([], { hasImages: false }), empty, 'safe')).toEqual([
      'the cluster has no image streams: every repository in this storage would be deleted (1)',
      'the cluster has no images: every blob in this storage would be deleted (10), and it has 1 repository',
    ]);
  });

  test.each(['safe', 'registry'] as const)('no image of the cluster, with --rules %s', (rules) => {
    expect(messages(storageWith([], { hasImages: false }), aCluster({ shop: 2 }), rules)).toEqual([
      "none of the cluster's 3 images is in this storage: it belongs to another cluster",
    ]);
    const one = { ...empty, images: new Set(['a']) };
    expect(messages(storageWith([], { hasImages: false }), one, 'registry')).toEqual([
      "the cluster's only image is not in this storage: it belongs to another cluster",
    ]);
  });

  test("an empty storage is nobody else's", () => {
    expect(findDoubts(storageWith([], { repositories: 0, blobs: 0, hasImages: false }), empty, 'safe')).toEqual([]);
  });
});

describe('manifests that are newer than every image', () => {
  const CREATED = Date.parse('2026-01-01T00:00:00Z');
  const LATER = CREATED + 1000;

  /** A storage with manifests that images name, and others that none names, written at these times. */
  function doubts(
    known: number,
    unknown: number[],
    change: Partial<Parameters<typeof newerManifests>[1]> = {},
    present = names('image', known),
  ) {
    const others = unknown.map((_, at) => `unknown${at}`);
    const images = names('image', known);
    const usage = {
      images: new Set(images),
      inUse: new Map<string, string>(),
      children: new Map(),
      newestImage: CREATED,
    };
    const snapshot = {
      blobs: [...images, ...others, ...names('layer', 50)],
      repositories: [
        { name: 'a/b', manifests: [...images, ...others], uploads: [] },
        { name: 'a/c', manifests: [...others, 'without-blob'], uploads: [] },
      ],
      ignored: [],
    };
    const blobs = new Map([...others.entries()].map(([at, hex]) => [hex, { bytes: 1, writtenAt: unknown[at]! }]));
    for (const layer of names('layer', 50)) blobs.set(layer, { bytes: 1, writtenAt: LATER });
    return newerManifests(snapshot, { ...usage, ...change }, { blobs, images: new Set(present) });
  }
  const at = (count: number, time: number): number[] => Array.from({ length: count }, () => time);

  test('the empty directory of a manifest does not count', () => {
    expect(doubts(90, at(10, LATER), {}, names('image', 20)).map(({ message }) => message)).toEqual([
      expect.stringMatching(/^10 of 30 manifests in this storage .*, and 20 of the cluster's 90 images are here/),
    ]);
  });

  test('the counts are in the message; layers do not count, and each manifest counts once', () => {
    expect(doubts(90, at(10, LATER)).map(({ message }) => message)).toEqual([
      "10 of 100 manifests in this storage are named by no Image object and were written after the newest Image object was created (2026-01-01T00:00:00.000Z), and 90 of the cluster's 90 images are here: etcd was restored from an older backup, or another cluster uses this storage",
    ]);
  });

  test('ten and 5% are needed', () => {
    expect(doubts(0, at(9, LATER))).toEqual([]);
    expect(doubts(190, at(10, LATER))).toHaveLength(1);
    expect(doubts(191, at(10, LATER))).toEqual([]);
  });

  test('those that were written before the newest image do not count', () => {
    expect(doubts(0, [...at(9, LATER), CREATED])).toEqual([]);
  });

  test('those that an image index names do not count', () => {
    expect(doubts(0, at(10, LATER), { children: new Map([['index', ['unknown3']]]) })).toEqual([]);
    expect(doubts(0, at(10, LATER), { inUse: new Map([['unknown3', 'image']]) })).toEqual([]);
  });

  test('without any creation time, nothing can be compared', () => {
    expect(doubts(0, at(10, LATER), { newestImage: undefined })).toEqual([]);
  });
});

describe('--accept-partial-storage', () => {
  const found = [{ message: 'one', suggestion: 'look at one' }, { message: 'two' }];

  test('makes doubts warnings', () => {
    expect(assertOwnStorage(found, true)).toEqual(['one', 'two']);
  });

  test('without it, they are refused, with what to do', () => {
    expect(() => assertOwnStorage(found, false)).toThrow(
      expect.objectContaining({
        code: 'OTHER_STORAGE',
        exitCode: 4,
        message: 'one; two',
        suggestions: expect.arrayContaining([
          'look at one',
          expect.stringContaining('--accept-partial-storage'),
        ]) as unknown,
      }),
    );
  });

  test('without doubts, nothing is refused', () => {
    expect(assertOwnStorage([], false)).toEqual([]);
  });
});

test.each([
  [9, 9, 0],
  [10, 20, 0],
  [10, 19, 1],
])('%i of %i repositories without a stream: %i warnings', (without, all, count) => {
  expect(repositoryWarnings(without, all)).toHaveLength(count);
});
