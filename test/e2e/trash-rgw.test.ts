import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { requires } from '../support/jest/requires.js';
import { expectServed, imageObject, stream } from '../support/pushed-images.js';
import { regadm, type Outcome } from '../support/regadm.js';
import { RGW_PROGRAMS, startRgw, type Rgw } from '../support/servers/ceph-rgw.js';
import { makeAuthority } from '../support/servers/certificates.js';
import { startDockerRegistry, type DockerRegistry } from '../support/servers/docker-registry.js';

const BUCKET = 'trash';

requires('docker-registry', ...RGW_PROGRAMS).describe('the trash in a bucket that a real registry wrote', () => {
  let rgw: Rgw;
  let registry: DockerRegistry;
  let sandbox: Sandbox;

  beforeAll(async () => {
    rgw = await startRgw();
    await rgw.account.createContainer(BUCKET);
    const { endpoint: regionendpoint, accessKey: accesskey, secretKey: secretkey } = rgw;
    const s3 = { accesskey, secretkey, bucket: BUCKET, region: 'us-east-1', regionendpoint, secure: false };
    registry = await startDockerRegistry({ authority: await makeAuthority(), driver: { s3 } });
  });
  afterAll(async () => {
    await Promise.all([sandbox?.stop(), registry?.stop()]);
    await rgw?.stop();
  });

  const run = (...args: string[]): Promise<Outcome> =>
    regadm([...args, `--storage=s3://${BUCKET}`, `--storage-endpoint=${rgw.endpoint}`, '-o', 'json'], {
      kubeconfig: sandbox.kubeconfig.admin,
      env: { AWS_ACCESS_KEY_ID: rgw.accessKey, AWS_SECRET_ACCESS_KEY: rgw.secretKey },
    });

  test('an orphan is moved, restored by its digest, and served again', async () => {
    const kept = await registry.push.image('dev/app', ['first', 'shared'], { tag: 'latest' });
    const orphan = await registry.push.image('dev/app', ['second', 'shared'], { tag: 'old' });
    const cluster = { images: [imageObject('dev/app', kept)], imagestreams: [stream('dev/app', kept)] };
    sandbox = await startSandbox({ cluster, operator: true });

    const pruned = await run('prune', 'hard', '--trash', '--keep-blobs-younger-than=0', '--confirm');
    expect([pruned.status, pruned.stderr]).toEqual([0, expect.not.stringContaining('error:')]);
    await expectServed(registry, 'dev/app', kept.digest);
    expect((await registry.request('GET', `/v2/dev/app/manifests/${orphan.digest}`)).status).toBe(404);

    const listed = await run('trash', 'list');
    const { images } = JSON.parse(listed.stdout) as { images: object[] };
    expect(images).toEqual([{ digest: orphan.digest, repositories: ['dev/app'], whole: true, problems: [] }]);
    const restored = await run('trash', 'restore', orphan.digest, '--confirm');
    expect([restored.status, restored.stderr]).toEqual([0, expect.not.stringContaining('error:')]);
    await expectServed(registry, 'dev/app', orphan.digest);
  });
});
