import { writeFileSync } from 'node:fs';
import type { Findings } from '../../../../src/core/hard-prune/report.js';
import { digest } from '../../../support/builders.js';
import {
  CLUSTER,
  STORAGE,
  blobData,
  config,
  image,
  layer,
  orphan,
  other,
  prunerOn,
  signal,
} from '../../../support/storage-pruner.js';

const OCI = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const SCHEMA_1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
const MANIFEST = { config: { digest: config }, layers: [{ digest: layer }] };
const [index, child, nested] = [digest('index'), digest('child'), digest('nested')];

const streamOf = (listed: string): object => ({
  metadata: { namespace: 'ns', name: 'app' },
  status: { tags: [{ tag: 'v1', items: [{ image: listed }] }] },
});

interface Scene {
  images: object[];
  listed?: string;
  /** Content of blobs; other blobs contain nothing that could be a manifest. */
  manifests?: Record<string, object | string>;
  rules?: 'safe' | 'registry';
}

/** Finds unused data in a storage with blobs, all linked in ns/app. */
async function find({ images, listed = image, manifests = {}, rules = 'safe' }: Scene): Promise<Findings> {
  const blobs = { ...STORAGE.blobs, ...Object.fromEntries(Object.keys(manifests).map((name) => [name, 1])) };
  const { root, pruner } = await prunerOn(
    { blobs, repositories: { 'ns/app': { manifests: Object.keys(manifests) } } },
    { images, imagestreams: [streamOf(listed)] },
    { rules },
  );
  for (const [name, content] of Object.entries(manifests))
    writeFileSync(blobData(root, name), typeof content === 'string' ? content : JSON.stringify(content));
  return pruner.find(signal());
}

const unused = ({ plan }: Findings): string[] => plan.blobs.map((blob) => blob.digest);
const complete = CLUSTER.images[0]!;

describe('an image whose object does not name its blobs', () => {
  const incomplete: [string, object][] = [
    ['without metadata', { ...complete, dockerImageMetadata: undefined }],
    ['with an Id that is not a digest', { ...complete, dockerImageMetadata: { Id: '../x' } }],
    ['without an Id', { ...complete, dockerImageMetadata: {} }],
    ['without layers', { ...complete, dockerImageLayers: undefined }],
    [
      'with a size, but without layers',
      { ...complete, dockerImageMetadata: { Id: config, Size: 50 }, dockerImageLayers: [] },
    ],
    ['with null for a layer', { ...complete, dockerImageLayers: [null] }],
    ['with a layer without a name', { ...complete, dockerImageLayers: [{ size: 1 }] }],
    ['without a media type', { ...complete, dockerImageManifestMediaType: undefined }],
    ['of an unknown kind', { ...complete, dockerImageManifestMediaType: 'application/x' }],
  ];

  test.each(incomplete)('%s: what its manifest names is used', async (_what, object) => {
    const findings = await find({ images: [object], manifests: { [image]: MANIFEST } });
    expect(unused(findings)).toEqual([orphan]);
    expect(findings.warnings).not.toContainEqual(expect.stringContaining('does not name all its blobs'));
  });

  test.each([
    ['schema 1', { fsLayers: [{ blobSum: layer }, { blobSum: config }] }],
    ['an OCI artifact', { blobs: [{ digest: layer }], subject: { digest: config } }],
  ])('a manifest of %s is read too', async (_what, manifest) => {
    const object = { ...complete, dockerImageLayers: null };
    expect(unused(await find({ images: [object], manifests: { [image]: manifest } }))).toEqual([orphan]);
  });

  test('without layers and a size: what its manifest names is used, if there is one', async () => {
    const object = { ...complete, dockerImageMetadata: { Id: config }, dockerImageLayers: [] };
    expect(unused(await find({ images: [object], manifests: { [image]: MANIFEST } }))).toEqual([orphan]);
    const { plan, warnings } = await find({ images: [object], manifests: { [image]: 'x' } });
    expect(plan.blobs.map((blob) => blob.digest)).toEqual([orphan, layer].sort());
    expect(warnings).toEqual([]);
  });

  test('with a layer that is not a digest: what its manifest names is used, whatever else it names', async () => {
    const object = { ...complete, dockerImageLayers: [{ name: layer.slice(0, 50) }] };
    const manifest = { ...MANIFEST, layers: [...MANIFEST.layers, { digest: '../x' }] };
    const { plan, warnings } = await find({ images: [object], manifests: { [image]: manifest } });
    expect(plan.blobs.map((blob) => blob.digest)).toEqual([orphan]);
    expect(warnings).toContainEqual(expect.stringContaining('is not a digest and names no blob'));
  });

  test('what the manifest in the Image object names is used, if the storage has none', async () => {
    const dockerImageManifest = JSON.stringify({ layers: [{ digest: orphan }] });
    const findings = await find({ images: [complete, { metadata: { name: other }, dockerImageManifest }] });
    expect(unused(findings)).toEqual([]);
    expect(findings.warnings).toEqual([]);
  });

  test('a manifest that does not match its digest is a warning', async () => {
    const object = { ...complete, dockerImageMetadata: {} };
    const { warnings } = await find({ images: [object], manifests: { [image]: MANIFEST } });
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`${image}.*does not match its digest`))]);
  });

  test.each([
    ['is not JSON', 'x', 'it is not JSON'],
    ['is not a manifest', {}, 'it is not a manifest'],
    ['is null', 'null', 'it is not a manifest'],
    ['names something else', { layers: [{ digest: '../x' }] }, 'not a digest'],
    ['is too long', ' '.repeat(4 * 1024 * 1024 + 1), 'it is longer than'],
  ])('a manifest that %s stops the run', async (_what, manifest, problem) => {
    const scene = { images: [{ ...complete, dockerImageMetadata: {} }], manifests: { [image]: manifest } };
    await expect(find(scene)).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      exitCode: 1,
      message: expect.stringMatching(new RegExp(`${image}.*${problem}`)) as string,
    });
    expect(unused(await find({ ...scene, rules: 'registry' }))).toEqual([orphan, config].sort());
  });

  test('a manifest that is not in the storage is a warning', async () => {
    const absent = { metadata: { name: other }, dockerImageManifestMediaType: OCI };
    const { warnings } = await find({ images: [complete, absent], manifests: { [image]: MANIFEST } });
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`${other}.*its manifest is not in the storage`))]);
  });

  test('warnings are limited', async () => {
    const images = Array.from({ length: 50 }, (_, at) => ({ metadata: { name: digest(`absent ${at}`) } }));
    const { warnings } = await find({ images: [complete, ...images], manifests: { [image]: MANIFEST } });
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toContain('30 more images');
  });

  test('an image of schema 1 has no config', async () => {
    const object = { ...complete, dockerImageManifestMediaType: SCHEMA_1, dockerImageMetadata: {} };
    expect(unused(await find({ images: [object] }))).toEqual([orphan, config].sort());
  });
});

describe('a listed image index', () => {
  const object = {
    metadata: { name: index },
    dockerImageManifestMediaType: INDEX,
    dockerImageManifests: [{ digest: child }],
  };
  const manifests = { [index]: { manifests: [{ digest: child }] }, [child]: MANIFEST };
  const inUse = [index, child, config, layer];

  const expectKept = ({ plan }: Findings): void => {
    expect(plan.blobs.filter((blob) => inUse.includes(blob.digest))).toEqual([]);
    expect(plan.blobs.map((blob) => blob.digest)).toContain(orphan);
    expect(plan.manifestLinks).toEqual([]);
  };

  test('keeps children that have no Image object, with their links and blobs', async () => {
    expectKept(await find({ images: [object], listed: index, manifests }));
  });

  test('keeps children that its object does not name', async () => {
    const images = [{ ...object, dockerImageManifests: undefined }];
    expectKept(await find({ images, listed: index, manifests }));
  });

  test('keeps children of which its object names only others', async () => {
    const named = digest('named');
    const images = [{ ...object, dockerImageManifests: [{ digest: named }, { mediaType: OCI }] }];
    expectKept(await find({ images, listed: index, manifests }));
  });

  test('keeps the children that its object names if its manifest cannot be read', async () => {
    expectKept(await find({ images: [object], listed: index, manifests: { ...manifests, [index]: 'x' } }));
  });

  test('keeps the children of an index in it, also if an index contains itself', async () => {
    const deeper = {
      [index]: { manifests: [{ digest: nested }] },
      [nested]: { manifests: [{ digest: child }, { digest: index }] },
      [child]: MANIFEST,
    };
    const images = [{ ...object, dockerImageManifests: [{ digest: nested }] }];
    expectKept(await find({ images, listed: index, manifests: deeper }));
  });

  test('is kept with its children if its own Image object is gone, with a warning', async () => {
    const deeper = {
      [index]: { manifests: [{ digest: nested }] },
      [nested]: { manifests: [{ digest: child }] },
      [child]: MANIFEST,
    };
    const findings = await find({ images: [complete], listed: index, manifests: deeper });
    expectKept(findings);
    expect(findings.warnings).toContainEqual(
      expect.stringMatching(
        `^image ${index} \\(in image stream ns/app\\) is an image index without an Image object: .*tags`,
      ),
    );
    const { plan } = await find({ images: [complete], listed: index, manifests: deeper, rules: 'registry' });
    expect(plan.blobs.map(({ digest: name }) => name)).toEqual(expect.arrayContaining([index, nested, child]));
  });

  test.each<[string, object | string]>([
    ['an image', { layers: [{ digest: orphan }] }],
    ['no manifest', 'x'],
  ])('is not assumed where %s without an Image object is listed: that is unused', async (_what, content) => {
    const findings = await find({ images: [complete], listed: index, manifests: { [index]: content } });
    expect(unused(findings)).toEqual(expect.arrayContaining([index, orphan]));
    expect(findings.warnings).toEqual([]);
  });

  test('may lack children in the storage', async () => {
    const { warnings, plan } = await find({ images: [object], listed: index, manifests: { [index]: {} } });
    expect(warnings).toEqual([]);
    expect(plan.blobs.map((blob) => blob.digest)).toContain(orphan);
  });

  test('a child that cannot be read stops the run', async () => {
    const scene = { images: [object], listed: index, manifests: { ...manifests, [child]: 'x' } };
    await expect(find(scene)).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: expect.stringContaining(`image ${child} (in image index ${index}, in image stream ns/app)`) as string,
    });
  });

  test('the rules of the registry keep none of them', async () => {
    const { plan } = await find({ images: [object], listed: index, manifests, rules: 'registry' });
    expect(plan.blobs.map((blob) => blob.digest)).toEqual(expect.arrayContaining([child, config, layer]));
  });
});
