import { existsSync } from 'node:fs';
import path from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { makeAuthority } from '../support/servers/certificates.js';
import { startDockerRegistry, type DockerRegistry } from '../support/servers/docker-registry.js';
import { runStoragePrune } from '../support/guarded.js';
import { expectServed, imageObject, stream } from '../support/pushed-images.js';
import { startRedis, type RedisServer } from '../support/servers/redis.js';
import { requires } from '../support/jest/requires.js';
import { filesBelow, temporaryDirectory } from '../support/storage-tree.js';

requires('docker-registry', 'redis-server').describe('storage that a real registry wrote', () => {
  const authority = makeAuthority();
  const stoppers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stoppers.splice(0).reverse()) await stop();
  });

  const registryOn = async (storage: string, redis?: RedisServer): Promise<DockerRegistry> => {
    const registry = await startDockerRegistry({ authority: await authority, storage, redis: redis?.address });
    stoppers.push(() => registry.stop());
    return registry;
  };
  const cluster = async (images: object[], imagestreams: object[]): Promise<Sandbox> => {
    const sandbox = await startSandbox({ cluster: { images, imagestreams }, operator: true });
    stoppers.push(() => sandbox.stop());
    return sandbox;
  };
  const prune = async (
    sandbox: Sandbox,
    storage: string,
    ...more: string[]
  ): Promise<{ summary: Record<string, number> }> => {
    const { status, stdout, stderr } = await runStoragePrune(sandbox, storage, ...more);
    expect(stderr).not.toContain('error');
    expect(status).toBe(0);
    return JSON.parse(stdout) as { summary: Record<string, number> };
  };

  test('prune hard deletes what nothing uses, and the registry serves every remaining image completely', async () => {
    const storage = temporaryDirectory();
    const registry = await registryOn(storage);
    const { push } = registry;
    const app = await push.image('dev/app', ['base', 'app 2'], { tag: 'latest' });
    const older = await push.image('dev/app', ['base', 'app 1']);
    const amd = await push.image('prod/multi', ['base', 'amd'], { oci: true });
    const arm = await push.image('prod/multi', ['arm'], { oci: true });
    const index = await push.index('prod/multi', [amd, arm], 'v1');
    const forgotten = await push.image('old/project', ['base', 'forgotten'], { tag: 'v1' });
    const unlisted = await push.image('dev/app', ['unlisted'], { oci: true });
    await registry.request('DELETE', `/v2/dev/app/manifests/${older.digest}`);
    const lonely = await push.blob('dev/app', 'a layer of an aborted push');
    await registry.request('POST', '/v2/dev/app/blobs/uploads/');

    const sandbox = await cluster(
      [
        imageObject('dev/app', app),
        imageObject('prod/multi', amd),
        imageObject('prod/multi', arm),
        imageObject('prod/multi', index, [amd, arm]),
      ],
      [stream('dev/app', app), stream('prod/multi', index)],
    );
    const { summary } = await prune(sandbox, storage, '--dangling-links', '--uploads-older-than=0');
    expect(summary).toMatchObject({ repositories: 1, manifestLinks: 1, uploads: 1, failed: 0 });

    // A new registry: the first one has the old blobs in its cache.
    const fresh = await registryOn(storage);
    await expectServed(fresh, 'dev/app', app.digest);
    await expectServed(fresh, 'prod/multi', index.digest);
    expect((await fresh.request('GET', `/v2/old/project/manifests/${forgotten.digest}`)).status).toBe(404);
    expect((await fresh.request('GET', `/v2/dev/app/manifests/${unlisted.digest}`)).status).toBe(404);
    for (const digest of [
      lonely,
      unlisted.config!,
      unlisted.layers[0]!,
      older.digest,
      older.layers[1]!,
      forgotten.digest,
      forgotten.layers[1]!,
    ]) {
      expect(
        existsSync(path.join(storage, 'docker/registry/v2/blobs/sha256', digest.slice(7, 9), digest.slice(7))),
      ).toBe(false);
    }
    const links = filesBelow(path.join(storage, 'docker/registry/v2/repositories'));
    expect(links.filter((file) => file.startsWith('old/') || file.includes('_uploads/'))).toEqual([]);
    // Deleted content can be pushed again.
    const again = await fresh.push.image('old/project', ['base', 'forgotten']);
    await expectServed(fresh, 'old/project', again.digest);
  });

  test('a Redis cache is stale after the prune unless --redis-url empties it; other keys are kept', async () => {
    const redis = await startRedis();
    stoppers.push(() => redis.stop());

    const storage = temporaryDirectory();
    const registry = await registryOn(storage, redis);
    const { push } = registry;
    const app = await push.image('dev/app', ['base'], { tag: 'latest' });
    const orphan = await push.blob('dev/app', 'orphan one');
    const head = async (digest: string): Promise<number> =>
      (await registry.request('HEAD', `/v2/dev/app/blobs/${digest}`)).status;
    expect(await head(orphan)).toBe(200);
    redis.command('SET', 'somebody-elses', 'value');
    const sandbox = await cluster([imageObject('dev/app', app)], [stream('dev/app', app)]);

    await prune(sandbox, storage);
    expect(await head(orphan)).toBe(200);
    const empty = await runStoragePrune(sandbox, storage, '--redis-url', `redis://${redis.address}`);
    expect(empty.status).toBe(0);
    expect(await head(orphan)).toBe(404);
    expect(await head(app.layers[0]!)).toBe(200);
    expect(redis.command('GET', 'somebody-elses')).toEqual(['value']);
  });
});
