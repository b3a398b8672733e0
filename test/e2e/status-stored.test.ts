import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import { regadm } from '../support/regadm.js';
import { ROOT, blobKey } from '../support/fake-object-store.js';
import { requires } from '../support/jest/requires.js';
import { imageObject, stream } from '../support/pushed-images.js';
import { AzureContainer } from '../support/servers/azure-container.js';
import { startAzurite } from '../support/servers/azurite.js';
import { RGW_PROGRAMS, startRgw } from '../support/servers/ceph-rgw.js';
import { makeAuthority } from '../support/servers/certificates.js';
import { startDockerRegistry, type DockerRegistry } from '../support/servers/docker-registry.js';
import { startSwift, SWIFT_PROGRAMS } from '../support/servers/swift-server.js';

interface Stored {
  blobs: number;
  bytes: number;
  inUse: { blobs: number; bytes: number };
  orphaned: { blobs: number; bytes: number };
  young: { blobs: number; bytes: number };
  uploads: { count: number; bytes: number };
  leftoverSegments?: { segments: number; bytes: number };
}

const stoppers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stoppers.splice(0).reverse()) await stop();
});

async function status(sandbox: Sandbox, args: string[], env: Record<string, string>): Promise<Stored> {
  const {
    status: exit,
    stdout,
    stderr,
  } = await regadm(['registry', 'status', ...args, '-o', 'json'], {
    kubeconfig: sandbox.kubeconfig.admin,
    env,
  });
  expect([exit, stderr]).toEqual([0, expect.not.stringContaining('error:')]);
  const { stored, unavailable } = JSON.parse(stdout) as { stored: Stored; unavailable: { what: string }[] };
  expect(unavailable.filter(({ what }) => /storage is in use|uploads/.test(what))).toEqual([]);
  return stored;
}

/** Pushes an image that is used and one that is not, and starts an upload. @returns the registry's cluster */
async function fill(
  registry: DockerRegistry,
): Promise<{ sandbox: Sandbox; blobs: Map<string, number>; used: Set<string> }> {
  const kept = await registry.push.image('dev/app', ['first', 'shared'], { tag: 'latest' });
  const orphan = await registry.push.image('dev/app', ['second', 'shared'], { tag: 'old' });
  const upload = await registry.request('POST', '/v2/dev/app/blobs/uploads/');
  const { pathname, search } = new URL(String(upload.headers.location), 'https://localhost');
  await registry.request('PATCH', pathname + search, Buffer.alloc(UPLOADED, 'x'));
  const blobs = new Map<string, number>();
  for (const one of [kept, orphan]) {
    const accept = { accept: one.mediaType };
    const manifest = await registry.request('GET', `/v2/dev/app/manifests/${one.digest}`, undefined, accept);
    blobs.set(one.digest, manifest.body.length);
    for (const name of [one.config!, ...one.layers])
      blobs.set(name, (await registry.request('GET', `/v2/dev/app/blobs/${name}`)).body.length);
  }
  const cluster = { images: [imageObject('dev/app', kept)], imagestreams: [stream('dev/app', kept)] };
  const sandbox = await startSandbox({ cluster, operator: true });
  stoppers.push(() => sandbox.stop());
  return { sandbox, blobs, used: new Set([kept.digest, kept.config!, ...kept.layers]) };
}

const UPLOADED = 1000;
/** Maximum size of what a registry writes about an upload, besides its content. */
const ABOUT_UPLOAD = 1000;

/** Expects the sizes of what was pushed. It is new, so nothing of it is orphaned. */
function expectPushed(stored: Stored, { blobs, used }: { blobs: Map<string, number>; used: Set<string> }): void {
  const sizes = [...blobs];
  const sum = (some: typeof sizes): { blobs: number; bytes: number } => ({
    blobs: some.length,
    bytes: some.reduce((total, [, size]) => total + size, 0),
  });
  expect({ blobs: stored.blobs, bytes: stored.bytes }).toEqual(sum(sizes));
  expect(stored.inUse).toEqual(sum(sizes.filter(([name]) => used.has(name))));
  expect(stored.young).toEqual(sum(sizes.filter(([name]) => !used.has(name))));
  expect(stored.orphaned).toEqual({ blobs: 0, bytes: 0 });
  expect(stored.uploads.count).toBe(1);
  expect(stored.uploads.bytes).toBeGreaterThanOrEqual(UPLOADED);
  expect(stored.uploads.bytes).toBeLessThan(UPLOADED + ABOUT_UPLOAD);
}

requires('docker-registry', ...RGW_PROGRAMS).test('a bucket of Ceph RGW has what a real registry wrote', async () => {
  const rgw = await startRgw();
  stoppers.push(() => rgw.stop());
  await rgw.account.createContainer('registry');
  const { endpoint, accessKey, secretKey } = rgw;
  const s3 = {
    ...{ accesskey: accessKey, secretkey: secretKey, bucket: 'registry', region: 'us-east-1' },
    ...{ regionendpoint: endpoint, secure: false, rootdirectory: '/some/dir' },
  };
  const registry = await startDockerRegistry({ authority: await makeAuthority(), driver: { s3 } });
  stoppers.push(() => registry.stop());
  const pushed = await fill(registry);
  const env = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
  const args = ['--storage', 's3://registry/some/dir', '--storage-endpoint', endpoint];
  const stored = await status(pushed.sandbox, args, env);
  expectPushed(stored, pushed);
  expect(stored.leftoverSegments).toBeUndefined();
});

requires('docker-registry', ...SWIFT_PROGRAMS).test('a container of Swift has what a real registry wrote', async () => {
  const swift = await startSwift();
  stoppers.push(() => swift.stop());
  await swift.account.createContainer('registry');
  const authurl = `http://127.0.0.1:${swift.port}/auth/v1.0`;
  const driver = {
    ...{ username: swift.user, password: swift.key, authurl, container: 'registry' },
    ...{ authversion: 1, chunksize: 1_048_576, prefix: 'some/prefix' },
  };
  const registry = await startDockerRegistry({ authority: await makeAuthority(), driver: { swift: driver } });
  stoppers.push(() => registry.stop());
  const pushed = await fill(registry);
  const env = { ST_AUTH: authurl, ST_USER: swift.user, ST_KEY: swift.key };
  const stored = await status(pushed.sandbox, ['--storage', 'swift://registry/some/prefix'], env);
  expectPushed(stored, pushed);
  expect(stored.leftoverSegments).toEqual({ segments: 0, bytes: 0 });
});

requires('azurite-blob').test('a container of Azure has what was written to it', async () => {
  const azurite = await startAzurite();
  stoppers.push(() => azurite.stop());
  const container = await AzureContainer.create(azurite, 'registry');
  const [image, config, layer, other] = [digest('image'), digest('config'), digest('layer'), digest('other')];
  const sizes = Object.entries({ [image]: 10, [config]: 20, [layer]: 30, [other]: 40 });
  for (const [name, size] of sizes) await container.put(`/${blobKey(name)}`, 'x'.repeat(size));
  const repository = `/${ROOT}/repositories/dev/app`;
  await container.put(`${repository}/_manifests/revisions/sha256/${image.slice(7)}/link`, image);
  await container.put(`${repository}/_uploads/id/startedat`, '2026-01-01T00:00:00Z');
  await container.put(`${repository}/_uploads/id/data`, 'x'.repeat(500));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const pushed = { digest: image, mediaType, layers: [layer], config, size: 10 };
  const cluster = { images: [imageObject('dev/app', pushed)], imagestreams: [stream('dev/app', pushed)] };
  const sandbox = await startSandbox({ cluster, operator: true });
  stoppers.push(() => sandbox.stop());
  const args = ['--storage', `azure://${azurite.account}/registry`, '--storage-endpoint', azurite.endpoint];
  expect(await status(sandbox, args, { AZURE_STORAGE_KEY: azurite.key })).toMatchObject({
    ...{ blobs: 4, bytes: 100 },
    inUse: { blobs: 3, bytes: 60 },
    orphaned: { blobs: 0, bytes: 0 },
    young: { blobs: 1, bytes: 40 },
    uploads: { count: 1, bytes: 520 },
  });
});
