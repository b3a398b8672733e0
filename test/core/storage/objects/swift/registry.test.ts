import { randomBytes } from 'node:crypto';
import { findRegistryKey } from '../../../../../src/core/storage/objects/open.js';
import { ObjectStorage } from '../../../../../src/core/storage/objects/index.js';
import { openSwiftStore } from '../../../../../src/core/storage/objects/swift/index.js';
import type { SwiftStore } from '../../../../../src/core/storage/objects/swift/store.js';
import { requires } from '../../../../support/jest/requires.js';
import { asDigest } from '../../../../support/names.js';
import { makeAuthority } from '../../../../support/servers/certificates.js';
import { startDockerRegistry, type DockerRegistry } from '../../../../support/servers/docker-registry.js';
import { startStorageProxy, type StorageProxy } from '../../../../support/servers/storage-proxy.js';
import type { SwiftAccount } from '../../../../support/servers/swift-account.js';
import { startSwift, SWIFT_PROGRAMS } from '../../../../support/servers/swift-server.js';
import { readAll } from '../../../../support/store-contract.js';
import { RGW_PROGRAMS, startRgw } from '../../../../support/servers/ceph-rgw.js';

const RUN = { mayContinue: async () => {} };

/** A server that speaks Swift. */
interface Server {
  port: number;
  authPath: string;
  user: string;
  key: string;
  account: SwiftAccount;
  stop(): Promise<void>;
}

async function startSwiftServer(): Promise<Server> {
  return { ...(await startSwift()), authPath: '/auth/v1.0' };
}

async function startRgwServer(): Promise<Server> {
  const rgw = await startRgw();
  return { ...rgw, authPath: '/auth/v1.0', user: 'test:swift', key: rgw.secretKey };
}

describe.each([
  { name: 'Swift', needs: SWIFT_PROGRAMS, start: startSwiftServer },
  { name: 'Ceph RGW', needs: RGW_PROGRAMS, start: startRgwServer },
])('storage that a registry wrote to $name', ({ needs, start }) => {
  requires('docker-registry', ...needs).describe('with its Swift driver', () => {
    let swift: Server;
    let proxy: StorageProxy;
    let registry: DockerRegistry;
    let container = 0;
    const opened: SwiftStore[] = [];

    beforeAll(async () => {
      swift = await start();
      proxy = await startStorageProxy(swift);
    });
    afterAll(async () => {
      await proxy?.close();
      await swift?.stop();
    });

    const name = (): string => `registry${container}`;
    beforeEach(async () => {
      container++;
      await swift.account.createContainer(name());
      registry = await startDockerRegistry({
        authority: await makeAuthority(),
        driver: {
          swift: {
            ...{
              username: swift.user,
              password: swift.key,
              authurl: `http://127.0.0.1:${swift.port}${swift.authPath}`,
              container: name(),
            },
            ...{ authversion: 1, chunksize: 1048576, prefix: 'some/prefix' },
          },
        },
      });
      proxy.reset();
    });
    afterEach(async () => {
      await registry.stop();
      for (const store of opened.splice(0)) await store.close();
    });

    const openStore = async (): Promise<{ store: SwiftStore; directory: string }> => {
      const env = { ST_AUTH: proxy.url + swift.authPath, ST_USER: swift.user, ST_KEY: swift.key };
      const result = await openSwiftStore({ container: name(), directory: 'some/prefix' }, { concurrency: 4, env });
      opened.push(result.store);
      return result;
    };
    const open = async (): Promise<ObjectStorage> => {
      const { store, directory } = await openStore();
      return new ObjectStorage(store, await findRegistryKey(store, directory));
    };
    const keysOf = async (kind: 'files' | 'segments'): Promise<string[]> =>
      (await swift.account.keys(name())).filter((key) => key.startsWith(`some/prefix/${kind}/`));

    test('deletes a blob with its segments, and what stays can be pulled', async () => {
      const image = await registry.push.image('dev/app', ['kept layer']);
      const orphan = await registry.push.blob('dev/app', 'orphaned layer');
      expect(await keysOf('segments')).toHaveLength(3);
      const storage = await open();
      const snapshot = await storage.list({ layerLinks: true });
      expect(snapshot.blobs).toHaveLength(4);
      expect(snapshot.ignored).toEqual([]);
      expect(await storage.deleteBlobs([asDigest(orphan)], RUN)).toEqual([{ status: 'deleted' }]);
      expect(await keysOf('segments')).toHaveLength(2);
      expect((await registry.request('GET', `/v2/dev/app/blobs/${image.layers[0]}`)).body.toString()).toBe(
        'kept layer',
      );
      expect((await registry.request('GET', `/v2/dev/app/manifests/${image.digest}`)).status).toBe(200);
    });

    test('sizes of candidates are those of their content', async () => {
      const orphan = await registry.push.blob('dev/app', 'fourteen bytes');
      const storage = await open();
      const snapshot = await storage.list();
      const candidates = { repositories: [], manifestLinks: [], blobs: [orphan.slice('sha256:'.length)] };
      const facts = await storage.inspect(snapshot, candidates, { danglingLinks: false, ages: false, linkAges: false });
      expect([...facts.blobs.values()].map(({ bytes }) => bytes)).toEqual([14]);
    });

    test('a blob of several segments is surveyed with its size, and read as a whole', async () => {
      const content = randomBytes(2_500_000);
      const digest = await registry.push.blob('dev/app', content);
      expect(await keysOf('segments')).toHaveLength(3);
      const storage = await open();
      const blobs: [string, number][] = [];
      const layers: string[] = [];
      await storage.survey({
        onBlob: (...blob) => void blobs.push(blob),
        onRepository: (repository) => void layers.push(...repository.layers),
      });
      const hex = digest.slice('sha256:'.length);
      expect([blobs, layers]).toEqual([[[hex, content.length]], [hex]]);
      const opened = (await storage.openBlob(asDigest(digest)))!;
      expect(opened.bytes).toBe(content.length);
      expect((await readAll(opened.content)).equals(content)).toBe(true);
    });

    test('an interrupted move leaves an upload that names the segments of a blob: they stay', async () => {
      const digest = await registry.push.blob('dev/app', 'content');
      const data = (await keysOf('files')).find((key) => /\/blobs\/.*\/data$/.test(key))!;
      const header = (await swift.account.head(name(), data)).get('x-object-manifest')!;
      const upload = 'some/prefix/files/docker/registry/v2/repositories/dev/app/_uploads/abandoned/data';
      await swift.account.put(name(), upload, '', { 'x-object-manifest': header });
      const storage = await open();
      const { repositories } = await storage.list();
      expect(repositories[0]!.uploads).toEqual(['abandoned']);
      const deletions = await storage.deleteUploads([{ repository: 'dev/app', id: 'abandoned' }], RUN);
      expect(deletions).toEqual([{ status: 'deleted' }]);
      expect(await keysOf('files')).not.toContain(upload);
      expect((await registry.request('GET', `/v2/dev/app/blobs/${digest}`)).body.toString()).toBe('content');
    });
  });
});
