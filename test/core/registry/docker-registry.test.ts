import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { toClusterChecks } from '../../../src/core/prune/connect.js';
import { runPreflight } from '../../../src/core/prune/preflight/index.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { openRegistry, type OpenRegistryOptions } from '../../../src/core/registry/index.js';
import type { Registry } from '../../../src/core/registry/api.js';
import type { Tag } from '../../../src/core/registry/paths.js';
import { makeAuthority, type Authority } from '../../support/servers/certificates.js';
import {
  digestOf,
  startDockerRegistry,
  type DockerRegistry,
  type DockerRegistryOptions,
  type PushedImage,
} from '../../support/servers/docker-registry.js';
import { requires } from '../../support/jest/requires.js';
import { asDigest, asRepository } from '../../support/names.js';
import { aResponse, fakeApi } from '../../support/fake-api.js';

const REPOSITORY = asRepository('dev/app');
const NOWHERE = asDigest(`sha256:${'ab'.repeat(32)}`);

requires('docker-registry').describe("a real registry (Debian's docker-registry)", () => {
  let authority: Authority;
  let server: DockerRegistry;
  let registry: Registry;

  const open = (host: string, options: Partial<OpenRegistryOptions> = {}): Promise<Registry> =>
    openRegistry({
      host,
      explicit: true,
      authorities: [authority.cert],
      forceInsecure: false,
      clusterInsecure: false,
      token: 'any',
      workers: 5,
      reporter: {
        ...SILENT,
        warning(line) {
          throw new Error(line);
        },
      },
      env: {},
      ...options,
    });
  const link = (path: string, digest: string): string =>
    join(server.storage, 'docker/registry/v2/repositories', REPOSITORY, path, digest.replace(':', '/'), 'link');
  const data = (digest: string): string => {
    const [algorithm, hex = ''] = digest.split(':');
    return join(server.storage, 'docker/registry/v2/blobs', algorithm!, hex.slice(0, 2), hex, 'data');
  };

  beforeAll(async () => {
    authority = await makeAuthority();
    server = await startDockerRegistry({ authority });
    registry = await open(server.host);
  });
  afterAll(async () => {
    await registry?.close();
    await server?.stop();
  });

  test('is reached over verified TLS', () => {
    expect(registry).toMatchObject({ url: `https://${server.host}`, verified: true });
  });

  test.each([
    ['Docker schema 2', { oci: false }],
    ['OCI', { oci: true }],
  ])(
    'deletes the manifest link and the layer links of an image (%s), and keeps its blobs and other images',
    async (name, options) => {
      const image = await server.push.image(REPOSITORY, [`one ${name}`, `two ${name}`], options);
      const neighbor = await server.push.image(REPOSITORY, [`three ${name}`], options);

      expect(await registry.deleteManifestLink(REPOSITORY, asDigest(image.digest))).toBe('deleted');
      for (const digest of [...image.layers, image.config!])
        expect(await registry.deleteLayerLink(REPOSITORY, asDigest(digest))).toBe('deleted');

      expect(existsSync(link('_manifests/revisions', image.digest))).toBe(false);
      for (const digest of [...image.layers, image.config!]) {
        expect(existsSync(link('_layers', digest))).toBe(false);
        expect(existsSync(data(digest))).toBe(true);
      }
      expect(existsSync(link('_manifests/revisions', neighbor.digest))).toBe(true);
      expect(existsSync(link('_layers', neighbor.layers[0]!))).toBe(true);
    },
  );

  test('deletes an index by its digest, and keeps its children', async () => {
    const children: PushedImage[] = [];
    for (const layer of ['amd64', 'arm64']) children.push(await server.push.image(REPOSITORY, [layer], { oci: true }));
    const index = await server.push.index(REPOSITORY, children, 'multi');
    const read = await registry.getManifest(REPOSITORY, asDigest(index.digest));
    expect(read?.manifests?.map(({ digest }) => digest)).toEqual(children.map(({ digest }) => digest));

    expect(await registry.deleteManifestLink(REPOSITORY, asDigest(index.digest))).toBe('deleted');

    expect(existsSync(link('_manifests/revisions', index.digest))).toBe(false);
    for (const child of children) expect(existsSync(link('_manifests/revisions', child.digest))).toBe(true);
    expect(await registry.getManifest(REPOSITORY, asDigest(index.digest))).toBeUndefined();
  });

  test('reports links as gone if they, or their repository, do not exist', async () => {
    const image = await server.push.image(REPOSITORY, ['twice']);
    await registry.deleteManifestLink(REPOSITORY, asDigest(image.digest));
    await registry.deleteLayerLink(REPOSITORY, asDigest(image.layers[0]!));

    expect(await registry.deleteManifestLink(REPOSITORY, asDigest(image.digest))).toBe('gone');
    expect(await registry.deleteLayerLink(REPOSITORY, asDigest(image.layers[0]!))).toBe('gone');
    expect(await registry.deleteManifestLink(asRepository('no/where'), NOWHERE)).toBe('gone');
    expect(await registry.deleteLayerLink(asRepository('no/where'), NOWHERE)).toBe('gone');
  });

  test('has no /admin/blobs: the error names the cause, and nothing is deleted', async () => {
    const digest = await server.push.blob(REPOSITORY, 'stays');
    await expect(registry.probeBlobDeletion(asDigest(digest))).rejects.toMatchObject({
      code: 'NOT_OPENSHIFT_REGISTRY',
      status: 404,
      message: `error communicating with registry: DELETE https://${server.host}/admin/blobs/${digest}: 404: there is no /admin/blobs here: this is not an OpenShift registry`,
      suggestions: [expect.stringContaining('--registry-url')],
    });
    expect(existsSync(data(digest))).toBe(true);
  });

  describe('content', () => {
    const HERE = asRepository('content/here');
    const bytes = Buffer.alloc(3_000_000, 'a large layer; ');
    const source = {
      bytes: bytes.length,
      open: () => Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]),
    };
    const digest = asDigest(digestOf(bytes));
    /** Data of unfinished uploads. The registry leaves their empty directories. */
    const uploads = (): string[] => {
      const directory = join(server.storage, 'docker/registry/v2/repositories', HERE, '_uploads');
      return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('/data'));
    };

    test('is pushed, looked up, read, and mounted elsewhere', async () => {
      expect(await registry.findBlob(HERE, digest)).toBeUndefined();
      expect(await registry.readBlob(HERE, digest)).toBeUndefined();
      await registry.uploadBlob(HERE, digest, source);
      expect(await registry.findBlob(HERE, digest)).toEqual({ bytes: bytes.length });
      const blob = (await registry.readBlob(HERE, digest))!;
      const parts: Buffer[] = [];
      for await (const part of blob.content) parts.push(part);
      expect([blob.bytes, bytes.equals(Buffer.concat(parts))]).toEqual([bytes.length, true]);

      const elsewhere = asRepository('content/elsewhere');
      expect(await registry.mountBlob(elsewhere, digest, HERE)).toBe(true);
      expect(await registry.findBlob(elsewhere, digest)).toEqual({ bytes: bytes.length });
      expect(await registry.mountBlob(HERE, NOWHERE, elsewhere)).toBe(false);
      expect(uploads()).toEqual([]);
    });

    test.each([
      ['Docker schema 2', false],
      ['OCI', true],
    ])('of a manifest (%s) is read and pushed again, by digest and by tag, unchanged', async (_name, oci) => {
      const image = await server.push.image(HERE, ['one', 'two'], { oci });
      const wanted = asDigest(image.digest);
      const manifest = (await registry.readManifest(HERE, wanted))!;
      expect([digestOf(manifest.content), manifest.mediaType]).toEqual([image.digest, image.mediaType]);
      expect(await registry.findManifest(HERE, wanted)).toEqual({ bytes: image.size });

      await registry.deleteManifestLink(HERE, wanted);
      expect(await registry.findManifest(HERE, wanted)).toBeUndefined();
      expect(await registry.readManifest(HERE, wanted)).toBeUndefined();
      await registry.putManifest(HERE, wanted, manifest);
      await registry.putManifest(HERE, 'again' as Tag, manifest);
      expect(await registry.findManifest(HERE, wanted)).toEqual({ bytes: image.size });
      expect(
        (await server.request('HEAD', `/v2/${HERE}/manifests/again`, undefined, { accept: image.mediaType })).headers,
      ).toMatchObject({
        'docker-content-digest': image.digest,
      });
    });

    test('that has another digest is refused', async () => {
      await expect(registry.uploadBlob(HERE, NOWHERE, source)).rejects.toThrow(/400: DIGEST_INVALID/);
      expect(await registry.findBlob(HERE, NOWHERE)).toBeUndefined();
    });
  });

  test('accepts many concurrent deletions over few connections', async () => {
    const digests: string[] = [];
    for (let n = 0; n < 60; n++) digests.push(await server.push.blob(REPOSITORY, `blob ${n}`));
    const results = await Promise.all(digests.map((digest) => registry.deleteLayerLink(REPOSITORY, asDigest(digest))));
    expect(new Set(results)).toEqual(new Set(['deleted']));
    expect(digests.filter((digest) => existsSync(link('_layers', digest)))).toEqual([]);
  });

  test.each<[string, Partial<DockerRegistryOptions>, string, RegExp]>([
    ['deletion disabled', { deleteEnabled: false }, 'deletion', /405 UNSUPPORTED: deletion is disabled/],
    ['read-only mode', { readOnly: true }, 'mode', /405 Method not allowed: the registry is in read-only mode/],
    ['no /admin/blobs', {}, 'registry', /this is not an OpenShift registry/],
  ])('the preflight detects before any deletion: %s', async (_name, options, check, words) => {
    const other = await startDockerRegistry({ authority, ...options });
    const opened = await open(other.host);
    try {
      const image = options.readOnly ? undefined : await other.push.image(REPOSITORY, ['a layer']);
      const checks = await runPreflight({
        cluster: toClusterChecks(silentApi),
        registry: opened,
        repositories: [REPOSITORY],
        probeDeletion: true,
        pruneRegistry: true,
        hasToken: true,
        env: {},
      });
      expect(checks.filter(({ status }) => status === 'failed')).toEqual([
        expect.objectContaining({ name: check, message: expect.stringMatching(words) }),
      ]);
      if (options.readOnly)
        await expect(
          opened.uploadBlob(REPOSITORY, NOWHERE, { bytes: 0, open: () => Readable.from([]) }),
        ).rejects.toMatchObject({ code: 'REGISTRY_READ_ONLY' });
      if (image) expect(await opened.getManifest(REPOSITORY, asDigest(image.digest))).toBeDefined();
    } finally {
      await opened.close();
      await other.stop();
    }
  });
});

/** An API server without a running pruner that does not support the other requests of the preflight. */
const silentApi = fakeApi(({ path }) => {
  const list = { metadata: {}, items: [] };
  if (path.endsWith('/jobs')) return aResponse(200, { kind: 'JobList', apiVersion: 'batch/v1', ...list });
  if (path.endsWith('/pods')) return aResponse(200, { kind: 'PodList', apiVersion: 'v1', ...list });
  return aResponse(404, '404 page not found\n');
}).api;
