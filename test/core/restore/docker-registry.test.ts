import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openBackupForWriting } from '../../../src/core/backup-directory/open.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { reduceStream } from '../../../src/core/model/image-stream.js';
import type { KubeObject } from '../../../src/core/model/kube.js';
import { openRegistry } from '../../../src/core/registry/index.js';
import { restore } from '../../../src/core/restore/index.js';
import type { RestoreCluster } from '../../../src/core/restore/ports.js';
import type { RestoreReport } from '../../../src/core/restore/report.js';
import { requires } from '../../support/jest/requires.js';
import { asDigest } from '../../support/names.js';
import { expectServed, imageObject } from '../../support/pushed-images.js';
import { makeAuthority, type Authority } from '../../support/servers/certificates.js';
import { startDockerRegistry, type DockerRegistry } from '../../support/servers/docker-registry.js';
import { filesBelow, temporaryDirectory } from '../../support/storage-tree.js';

/** A cluster with every stream, and without Image objects: a push to this registry creates none. */
function aCluster(): RestoreCluster & { created: Map<string, KubeObject> } {
  const created = new Map<string, KubeObject>();
  const streamOf = (key: string) => {
    const [namespace = '', name = ''] = key.split('/');
    return reduceStream({ metadata: { namespace, name }, status: { tags: [] } });
  };
  return {
    created,
    clusterUid: async () => 'cluster',
    streamUids: async () => new Set(),
    findStream: async (key) => streamOf(key),
    hasNamespace: async () => true,
    listImages: async () => ({ images: new Map(), holders: new Map() }),
    createStream: async () => {},
    findImage: async (name) => created.get(name),
    createImage: async (image) => void created.set(image.metadata.name, image),
    labelImage: async () => {},
    updateStream: async () => ({ written: false }),
    reviewAccess: async () => ({ access: 'allowed', status: 201 }),
  };
}

/** What the cluster lists is verified elsewhere. */
const verified = new Set<string>();
const NOTHING_FOUND = {
  summary: { images: 0, blobs: 0, bytesRead: 0, broken: 0, unlistedImages: 0, importedImages: 0 },
  broken: [],
  unchecked: [],
};

requires('docker-registry').describe("restore to a real registry (Debian's docker-registry)", () => {
  let authority: Authority;
  let former: DockerRegistry;
  let registry: DockerRegistry;
  beforeAll(async () => {
    authority = await makeAuthority();
    former = await startDockerRegistry({ authority });
    registry = await startDockerRegistry({ authority });
  });
  afterAll(() => Promise.all([former?.stop(), registry?.stop()]));

  const restoreAll = (directory: string, cluster: RestoreCluster): Promise<RestoreReport> => {
    const { host } = registry;
    const access = { forceInsecure: false, workers: 5 };
    const request = { directory, selectors: [], acceptOtherCluster: false, registry: access };
    const open = { host, explicit: true, authorities: [authority.cert], clusterInsecure: false, token: 'any', env: {} };
    const ports = {
      server: 'https://api.example.com',
      cluster,
      openRegistry: () => openRegistry({ ...open, ...access, reporter: SILENT }),
      verifyImages: async (images: ReadonlySet<string>) => {
        for (const image of images) verified.add(image);
        return NOTHING_FOUND;
      },
    };
    return restore({ ports, request }, SILENT, new AbortController().signal);
  };

  test('its files are as before, and every image is served', async () => {
    const { push } = former;
    const docker = await push.image('ns/app', ['base', 'docker']);
    const oci = await push.image('ns/other', ['base', 'oci'], { oci: true });
    const children = [await push.image('ns/app', ['amd64'], { oci: true }), await push.image('ns/app', ['arm64'])];
    const index = await push.index('ns/app', children);
    const directory = temporaryDirectory();
    await save(directory, [
      ...[docker, ...children].map((image) => imageObject('ns/app', image)),
      imageObject('ns/other', oci),
      imageObject('ns/app', index, children),
    ]);

    const cluster = aCluster();
    const report = await restoreAll(directory, cluster);
    expect(report.failures).toEqual([]);
    expect(verified.size).toBe(5);
    expect(filesBelow(registry.storage)).toEqual(filesBelow(former.storage));
    for (const { digest } of [docker, index]) await expectServed(registry, 'ns/app', digest);
    await expectServed(registry, 'ns/other', oci.digest);
    expect(cluster.created.get(docker.digest)!.metadata).toEqual({
      name: docker.digest,
      annotations: { 'openshift.io/image.managed': 'true' },
    });
    expect(cluster.created.size).toBe(5);
  });

  /** Saves Image objects, and all blobs of the former registry. */
  async function save(directory: string, objects: object[]): Promise<void> {
    const backup = await openBackupForWriting(directory);
    const run = await backup.startRun({
      startedAt: '2026-01-01T00:00:00.000Z',
      server: 'https://api.example.com',
      cluster: { uid: 'cluster', streams: [] },
    });
    for (const object of objects as KubeObject[]) {
      const { metadata, ...rest } = object;
      const dockerImageReference = String(object.dockerImageReference).replace('registry/', 'registry.example.com/');
      await run.add('image', {
        object: {
          ...rest,
          dockerImageReference,
          kind: 'Image',
          metadata: { ...metadata, name: asDigest(metadata.name) },
        },
        hasContent: true,
      });
    }
    const blobs = path.join(former.storage, 'docker/registry/v2/blobs');
    for (const file of filesBelow(blobs)) {
      const digest = asDigest(`sha256:${path.basename(path.dirname(file))}`);
      await backup.blobs.write(digest, [readFileSync(path.join(blobs, file))]);
    }
    await backup.commit(run);
    await run.close();
    await backup.close();
  }
});
