import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import { runStoragePrune } from '../support/guarded.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../support/storage-tree.js';

const HOST = 'image-registry.openshift-image-registry.svc:5000';
const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => digest(`${prefix} ${at}`));

const pushed = (name: string, created: string): object => ({
  metadata: { name, creationTimestamp: created, annotations: { 'openshift.io/image.managed': 'true' } },
  dockerImageReference: `${HOST}/shop/app@${name}`,
  dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
  dockerImageMetadata: { Id: digest('config') },
  dockerImageLayers: [],
});
const stream = (images: string[]): object => ({
  metadata: { namespace: 'shop', name: 'app' },
  status: {
    dockerImageRepository: `${HOST}/shop/app`,
    tags: [{ tag: 'latest', items: images.map((image) => ({ image })) }],
  },
});

interface Scene {
  /** Images of the cluster, and those of them whose manifest is in the storage. */
  images: string[];
  here: string[];
  /** Manifests that no Image object names. */
  unknown?: string[];
  created?: string;
  streams?: object[];
}

let sandbox: Sandbox;
let storage: string;

async function begin({ images, here, unknown = [], created = '2020-01-01T00:00:00Z', streams }: Scene): Promise<void> {
  const cluster = { images: images.map((name) => pushed(name, created)), imagestreams: streams ?? [stream(images)] };
  sandbox = await startSandbox({ cluster, operator: true });
  storage = temporaryDirectory();
  const blobs = Object.fromEntries([...here, ...unknown].map((name) => [name, 1]));
  makeStorageTree(storage, { blobs, repositories: { 'shop/app': { manifests: [...here, ...unknown] } } });
}

afterEach(() => sandbox.stop());

const prune = (...more: string[]) => runStoragePrune(sandbox, storage, '--read-only=skip', ...more);

interface Refused {
  code: string;
  message: string;
  suggestions: string[];
}

/** Expects a refusal that changes nothing, and that --accept-partial-storage makes it a warning. */
async function expectRefused(message: RegExp): Promise<void> {
  const before = filesBelow(storage);
  const { status, stdout } = await prune();
  const refused = JSON.parse(stdout) as Refused;
  expect(refused).toMatchObject({ code: 'OTHER_STORAGE', message: expect.stringMatching(message) as string });
  expect(refused.suggestions.join()).toContain('--accept-partial-storage');
  expect(status).toBe(4);
  expect(filesBelow(storage)).toEqual(before);
  const accepted = await prune('--accept-partial-storage');
  expect(accepted.status).toBe(0);
  expect(accepted.stderr).toMatch(new RegExp(`warning: ${message.source}`));
  const { warnings, options } = JSON.parse(accepted.stdout) as { warnings: string[]; options: object };
  expect(warnings).toContainEqual(expect.stringMatching(message));
  expect(options).toMatchObject({ acceptPartialStorage: true });
}

test('a storage without most of the pushed images', async () => {
  const images = names('image', 12);
  await begin({ images, here: images.slice(0, 1), unknown: names('unknown', 12) });
  await expectRefused(/only 1 of 12 images/);
});

test('a storage without any image', async () => {
  await begin({ images: names('image', 3), here: [], unknown: names('unknown', 1) });
  await expectRefused(/none of the cluster's 3 images is in this storage/);
});

test('manifests that are newer than every image', async () => {
  const images = names('image', 100);
  await begin({ images, here: images, unknown: names('unknown', 10) });
  await expectRefused(/10 of 110 manifests in this storage are named by no Image object/);
});

test('manifests that are older than the newest image are orphans', async () => {
  const images = names('image', 100);
  await begin({ images, here: images, unknown: names('unknown', 10), created: '2099-01-01T00:00:00Z' });
  const { status, stdout } = await prune();
  const atRisk = expect.stringContaining('--read-only=skip') as string;
  expect(JSON.parse(stdout)).toMatchObject({ summary: { blobs: 10, manifestLinks: 10 }, warnings: [atRisk] });
  expect(status).toBe(0);
});

test('no image streams', async () => {
  const images = names('image', 3);
  await begin({ images, here: images, streams: [] });
  await expectRefused(/the cluster has no image streams: every repository in this storage would be deleted \(1\)/);
});

test('--rules registry refuses only a storage without any image', async () => {
  const images = names('image', 12);
  await begin({ images, here: images.slice(0, 1), unknown: names('unknown', 12) });
  expect((await prune('--rules=registry')).status).toBe(0);
});
