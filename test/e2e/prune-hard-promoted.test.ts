import { startSandbox } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import { runStoragePrune } from '../support/guarded.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../support/storage-tree.js';

const HOST = 'image-registry.openshift-image-registry.svc:5000';
const [index, child, unused] = [digest('index'), digest('child'), digest('unused')];

test('an image index that was promoted with oc tag keeps its links in the repository from which it is pulled', async () => {
  const cluster = {
    images: [
      {
        metadata: { name: index, annotations: { 'openshift.io/image.managed': 'true' } },
        dockerImageReference: `${HOST}/dev/app@${index}`,
        dockerImageManifestMediaType: 'application/vnd.oci.image.index.v1+json',
        dockerImageManifests: [{ digest: child }],
      },
    ],
    imagestreams: [
      {
        metadata: { namespace: 'prod', name: 'app' },
        status: {
          dockerImageRepository: `${HOST}/prod/app`,
          tags: [{ tag: 'v1', items: [{ image: index, dockerImageReference: `${HOST}/dev/app@${index}` }] }],
        },
      },
    ],
  };
  const sandbox = await startSandbox({ cluster, operator: true });
  const storage = temporaryDirectory();
  makeStorageTree(storage, {
    blobs: { [index]: 1, [unused]: 1 },
    repositories: {
      'dev/app': { manifests: [index, child, unused], layers: [digest('layer')] },
      'dev/gone': { manifests: [unused] },
    },
  });
  try {
    const { status, stdout } = await runStoragePrune(sandbox, storage, '--read-only=skip');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { manifestLinks: 1, repositories: 1, blobs: 1, failed: 0 },
      manifestLinks: [{ repository: 'dev/app', digest: unused }],
    });
    const left = filesBelow(storage).join('\n');
    for (const name of [index, child]) expect(left).toContain(`dev/app/_manifests/revisions/sha256/${name.slice(7)}`);
    expect(left).toContain('dev/app/_layers');
    expect(left).not.toContain(unused.slice(7));
  } finally {
    await sandbox.stop();
  }
});
