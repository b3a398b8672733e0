import { mapParallel } from '../../../../../src/core/kit/parallel.js';
import { ObjectStorage } from '../../../../../src/core/storage/objects/index.js';
import type { ObjectStore } from '../../../../../src/core/storage/objects/object-store.js';
import { openS3Store } from '../../../../../src/core/storage/objects/s3/index.js';
import { ROOT, keysOf } from '../../../../support/fake-object-store.js';
import { requires } from '../../../../support/jest/requires.js';
import { expectAsRecorded, recordedHardPrunes } from '../../../../support/recorded-hard-prunes.js';
import { SWIFT_PROGRAMS, startSwift, type SwiftServer } from '../../../../support/servers/swift-server.js';

/** An older and stricter dialect of S3, whose listings can lag behind. */
requires(...SWIFT_PROGRAMS).describe("Swift's S3 API", () => {
  let swift: SwiftServer;
  const opened: ObjectStore[] = [];

  beforeAll(async () => {
    swift = await startSwift();
  });
  afterAll(async () => {
    for (const store of opened.splice(0)) await store.close();
    await swift?.stop();
  });

  async function open(bucket: string): Promise<ObjectStore> {
    const env = { AWS_ACCESS_KEY_ID: swift.user, AWS_SECRET_ACCESS_KEY: swift.key };
    const store = await openS3Store({ kind: 's3', bucket, endpoint: swift.endpoint }, { concurrency: 8, env });
    opened.push(store);
    return store;
  }

  test('is known to list late, and deletes keys of any form in one request', async () => {
    const keys = ['a/1', 'a/ü +&<>"\'()*', 'b'];
    await swift.account.createContainer('keys');
    for (const key of keys) await swift.account.put('keys', key, key);
    const store = await open('keys');
    const found: string[] = [];
    for await (const page of store.list('')) found.push(...page.map(({ key }) => key));
    expect(found.sort()).toEqual([...keys].sort());
    expect(store.limits.listsLate).toBe(true);
    expect((await store.find('a/1'))?.bytes).toBe(3);
    expect(await store.find('none')).toBeUndefined();
    expect(await store.delete([...keys, 'none'])).toEqual([...keys, 'none'].map(() => undefined));
    expect(await swift.account.keys('keys')).toEqual([]);
  });

  test('has no conditional writes, and is refused for a trash', async () => {
    await swift.account.createContainer('trash');
    const trash = new ObjectStorage(await open('trash'), ROOT).trash();
    await expect(trash.replaceFile('lease.json', Buffer.from('1'), undefined)).rejects.toMatchObject({
      code: 'STORAGE_UNCONDITIONAL',
      message: expect.stringContaining('does not honor conditional writes (If-None-Match)'),
    });
    expect(await swift.account.keys('trash')).toEqual([]);
  });

  // Each object costs Swift 20 ms of processor time.
  test.each(
    recordedHardPrunes()
      .slice(0, 5)
      .map((recorded) => [recorded.name, recorded] as const),
  )('is pruned as recorded: %s', async (name, recorded) => {
    await swift.account.createContainer(name);
    await mapParallel(keysOf(recorded.storage), 8, ([key, content]) =>
      swift.account.put(name, key, typeof content === 'string' ? content : Buffer.alloc(content, 'x')),
    );
    const files = async (): Promise<string[]> =>
      (await swift.account.keys(name)).map((key) => key.slice(ROOT.length + 1)).sort();
    await expectAsRecorded(recorded, { storage: new ObjectStorage(await open(name), ROOT), files }, false);
  });
});
