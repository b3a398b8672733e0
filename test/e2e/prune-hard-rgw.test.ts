import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { regadm } from '../support/regadm.js';
import { requires } from '../support/jest/requires.js';
import { expectServed, imageObject, stream } from '../support/pushed-images.js';
import { RGW_PROGRAMS, startRgw, type Rgw } from '../support/servers/ceph-rgw.js';
import { makeAuthority } from '../support/servers/certificates.js';
import { startDockerRegistry, type DockerRegistry } from '../support/servers/docker-registry.js';

requires('docker-registry', ...RGW_PROGRAMS).describe('a bucket that a real registry wrote', () => {
  let rgw: Rgw;
  const stoppers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    rgw = await startRgw();
  });
  afterEach(async () => {
    for (const stop of stoppers.splice(0).reverse()) await stop();
  });
  afterAll(() => rgw?.stop());

  async function aRegistry(bucket: string, rootdirectory: string): Promise<DockerRegistry> {
    const { endpoint: regionendpoint, accessKey: accesskey, secretKey: secretkey } = rgw;
    const s3 = { accesskey, secretkey, bucket, region: 'us-east-1', regionendpoint, secure: false, rootdirectory };
    const registry = await startDockerRegistry({ authority: await makeAuthority(), driver: { s3 } });
    stoppers.push(() => registry.stop());
    return registry;
  }

  async function aCluster(images: object[], imagestreams: object[]): Promise<Sandbox> {
    const sandbox = await startSandbox({ cluster: { images, imagestreams }, operator: true });
    stoppers.push(() => sandbox.stop());
    return sandbox;
  }

  test.each(['', 'some/dir'])('loses its orphans and uploads, and serves everything else (root "%s")', async (root) => {
    const bucket = `registry${root.length}`;
    await rgw.account.createContainer(bucket);
    const registry = await aRegistry(bucket, root === '' ? '' : `/${root}`);
    const kept = await registry.push.image('dev/app', ['first', 'shared'], { tag: 'latest' });
    const orphan = await registry.push.image('dev/app', ['second', 'shared'], { tag: 'old' });
    const gone = await registry.push.image('gone/app', ['third'], { tag: 'latest' });
    const upload = await registry.request('POST', '/v2/dev/app/blobs/uploads/');
    await registry.request('PATCH', pathOf(upload.headers.location), Buffer.alloc(1000, 'x'));
    const sandbox = await aCluster([imageObject('dev/app', kept)], [stream('dev/app', kept)]);
    const where = [`--storage=s3://${bucket}${root === '' ? '' : `/${root}`}`, `--storage-endpoint=${rgw.endpoint}`];
    const how = ['--keep-blobs-younger-than=0', '--uploads-older-than=0', '--confirm', '-o', 'json'];
    const { status, stdout, stderr } = await regadm(['prune', 'hard', ...where, ...how], {
      kubeconfig: sandbox.kubeconfig.admin,
      env: { AWS_ACCESS_KEY_ID: rgw.accessKey, AWS_SECRET_ACCESS_KEY: rgw.secretKey },
    });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('error:')]);
    const { summary } = JSON.parse(stdout) as { summary: Record<string, number> };
    expect(summary).toMatchObject({ repositories: 1, manifestLinks: 1, uploads: 1, failed: 0 });
    await expectServed(registry, 'dev/app', kept.digest);
    const keys = await rgw.account.keys(bucket);
    for (const { digest } of [orphan, gone])
      expect(keys.filter((key) => key.includes(`${digest.slice(7)}/data`))).toEqual([]);
    expect(keys.filter((key) => /_uploads|\/gone\//.test(key))).toEqual([]);
    expect(keys.every((key) => key.startsWith(root))).toBe(true);
    expect(await registry.push.image('dev/app', ['second', 'shared'], { tag: 'old' })).toEqual(orphan);
  });

  test('registry verify finds the removal of each file that an image needs', async () => {
    const bucket = 'verified';
    await rgw.account.createContainer(bucket);
    const registry = await aRegistry(bucket, '');
    const image = await registry.push.image('dev/app', ['first', 'second'], { tag: 'latest' });
    const sandbox = await aCluster([imageObject('dev/app', image)], [stream('dev/app', image)]);
    const where = [`--storage=s3://${bucket}`, `--storage-endpoint=${rgw.endpoint}`];
    const verify = async (): Promise<[number | null, string[]]> => {
      const { status, stdout } = await regadm(['registry', 'verify', ...where, '-o', 'json'], {
        kubeconfig: sandbox.kubeconfig.admin,
        env: { AWS_ACCESS_KEY_ID: rgw.accessKey, AWS_SECRET_ACCESS_KEY: rgw.secretKey },
      });
      const { broken } = JSON.parse(stdout) as { broken: { problems: { digest: string }[] }[] };
      return [status, broken.flatMap(({ problems }) => problems.map(({ digest }) => digest))];
    };
    expect(await verify()).toEqual([0, []]);
    // The integrated registry stores no tags.
    const keys = (await rgw.account.keys(bucket)).filter((key) => !key.includes('/_manifests/tags/'));
    // Manifest, config and two layers, and a link to each.
    expect(keys).toHaveLength(8);
    for (const key of keys) {
      const content = await rgw.account.read(bucket, key);
      await rgw.account.delete(bucket, key);
      const hex = /([0-9a-f]{64})\/(?:data|link)$/.exec(key)![1]!;
      expect([key, ...(await verify())]).toEqual([key, 2, [`sha256:${hex}`]]);
      await rgw.account.put(bucket, key, content);
    }
  });
});

const pathOf = (location: string | string[] | undefined): string => {
  const { pathname, search } = new URL(String(location), 'https://localhost');
  return pathname + search;
};
