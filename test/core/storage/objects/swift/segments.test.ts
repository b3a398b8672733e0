import { SegmentOwners, type Segments } from '../../../../../src/core/storage/objects/swift/segments.js';

/** Looks up blobs, each with the time of its last write and its segments. */
async function find(
  blobs: Record<string, [writtenAt: number, segments: Segments]>,
  earlier?: SegmentOwners,
): Promise<{ owners: SegmentOwners; lookedUp: string[] }> {
  const lookedUp: string[] = [];
  const sources = {
    concurrency: 1,
    async *listBlobs() {
      yield Object.entries(blobs).map(([key, [writtenAt]]) => ({ key, bytes: 0, writtenAt }));
    },
    findSegments: async (key: string) => {
      lookedUp.push(key);
      return blobs[key]![1];
    },
  };
  return { owners: await SegmentOwners.find(sources, earlier), lookedUp };
}

test('after a look in advance, only blobs that are new or were written since are looked up', async () => {
  const first = await find({ a: [1, 'segments/a'], b: [1, 'segments/b'] });
  expect(first.lookedUp).toEqual(['a', 'b']);
  const { owners, lookedUp } = await find(
    { a: [1, 'segments/a'], b: [2, 'segments/other'], c: [3, 'segments/c'] },
    first.owners,
  );
  expect(lookedUp).toEqual(['b', 'c']);
  expect(owners.ownerOf('segments/a')).toEqual({ key: 'a', isCertain: true });
  expect(owners.ownerOf('segments/other')).toEqual({ key: 'b', isCertain: true });
  expect(owners.ownerOf('segments/c')).toEqual({ key: 'c', isCertain: true });
  expect(owners.ownerOf('segments/b')).toBeUndefined();
});
