import { writeFileSync } from 'node:fs';
import type { Findings } from '../../../../src/core/hard-prune/report.js';
import { digest } from '../../../support/builders.js';
import { CLUSTER, blobData, config, image, layer, prunerOn, signal } from '../../../support/storage-pruner.js';

const HOST = 'image-registry.openshift-image-registry.svc:5000';
const [index, child, loose] = [digest('index'), digest('child'), digest('loose')];
const MANIFEST = JSON.stringify({ config: { digest: config }, layers: [{ digest: layer }] });
const ofIndex = {
  metadata: { name: index },
  dockerImageManifestMediaType: 'application/vnd.oci.image.index.v1+json',
  dockerImageManifests: [{ digest: child }],
};

interface Prod {
  /** Tag items of the status. */
  items?: object[];
  /** What a tag of the spec follows. */
  from?: object;
  spec?: object;
}

const prodStream = ({ items = [], from, spec = {} }: Prod): object => ({
  metadata: { namespace: 'prod', name: 'app' },
  spec: { ...spec, ...(from ? { tags: [{ name: 'v1', from }] } : {}) },
  status: { dockerImageRepository: `${HOST}/prod/app`, tags: [{ tag: 'v1', items }] },
});
const devStream = { metadata: { namespace: 'dev', name: 'app' }, status: { dockerImageRepository: `${HOST}/dev/app` } };

interface Scene {
  prod: Prod;
  /** True if the image stream dev/app exists, without tags. */
  hasDev?: boolean;
  images?: object[];
  rules?: 'safe' | 'registry';
}

/** Finds unused data in a storage where everything is linked in dev/app, with a manifest link that nothing uses. */
async function find({ prod, hasDev = true, images, rules = 'safe' }: Scene): Promise<Findings> {
  const blobs = { [image]: 1, [index]: 1, [child]: 1, [loose]: 1, [config]: 1, [layer]: 1 };
  const manifests = [image, index, child, loose];
  const { root, pruner } = await prunerOn(
    { blobs, repositories: { 'dev/app': { manifests, layers: [config, layer] } } },
    {
      images: images ?? [...CLUSTER.images, ofIndex],
      imagestreams: [prodStream(prod), ...(hasDev ? [devStream] : [])],
    },
    { rules },
  );
  writeFileSync(blobData(root, index), JSON.stringify({ manifests: [{ digest: child }] }));
  writeFileSync(blobData(root, child), MANIFEST);
  return pruner.find(signal());
}

const links = ({ plan }: Findings): string[] => plan.manifestLinks.map(({ digest: name }) => name).sort();
const item = (name: string, place = `${HOST}/dev/app@${name}`): object => ({
  image: name,
  dockerImageReference: place,
});

describe.each([
  ['whose image stream lists nothing', true],
  ['without an image stream', false],
])('a repository %s', (_what, hasDev) => {
  test.each<[string, Prod]>([
    ['a promoted tag', { items: [item(index)] }],
    ['a promoted tag with another host of the registry', { items: [item(index, `old.example.com/dev/app@${index}`)] }],
    ['a promoted tag without a digest', { items: [item(index, `${HOST}/dev/app:v1`)] }],
    ['an older item of a tag', { items: [item(digest('newest'), `${HOST}/prod/app@x`), item(index)] }],
    ['spec.dockerImageRepository', { items: [item(index)], spec: { dockerImageRepository: `${HOST}/dev/app` } }],
    ['an ImageStreamImage', { from: { kind: 'ImageStreamImage', namespace: 'dev', name: `app@${index}` } }],
    ['a DockerImage', { from: { kind: 'DockerImage', name: `${HOST}/dev/app@${index}` } }],
  ])('keeps the links of an image index and its children that it serves for %s', async (_how, prod) => {
    const findings = await find({ prod, hasDev });
    expect(links(findings)).toEqual([image, loose].sort());
    expect(findings.plan.repositories).toEqual([]);
    expect(findings.plan.blobs.map(({ digest: name }) => name)).toEqual([loose]);
  });

  test('keeps the link of an image of a single architecture', async () => {
    const { plan } = await find({ prod: { items: [item(image)] }, hasDev, images: CLUSTER.images });
    expect(plan.manifestLinks.map(({ digest: name }) => name)).toEqual([index, child, loose].sort());
    expect(plan.repositories).toEqual([]);
  });

  test('keeps the links of an index without an Image object', async () => {
    const findings = await find({ prod: { items: [item(index)] }, hasDev, images: CLUSTER.images });
    expect(links(findings)).toEqual([image, loose].sort());
    expect(findings.plan.blobs.map(({ digest: name }) => name)).toEqual([loose]);
  });

  test.each<[string, Prod]>([
    ['its own repository', { items: [item(index, `${HOST}/prod/app@${index}`)] }],
    ['an invalid reference', { items: [item(index, `${HOST}/Dev/app@${index}`)] }],
    ['a third repository', { items: [item(index, `${HOST}/dev/other@${index}`)] }],
  ])('loses them if the tag names %s', async (_how, prod) => {
    const { plan } = await find({ prod, hasDev });
    expect(plan.repositories.map(({ name }) => name)).toEqual(hasDev ? [] : ['dev/app']);
    expect(plan.manifestLinks).toHaveLength(hasDev ? 4 : 0);
  });

  test('loses them with the rules of the registry', async () => {
    const { plan } = await find({ prod: { items: [item(index)] }, hasDev, rules: 'registry' });
    expect(plan.repositories.map(({ name }) => name)).toEqual(hasDev ? [] : ['dev/app']);
    expect(plan.manifestLinks).toHaveLength(hasDev ? 4 : 0);
  });
});

test('a promoted image without an Image object is unused', async () => {
  const { plan } = await find({ prod: { items: [item(image)] }, hasDev: false, images: [ofIndex] });
  expect(plan.repositories.map(({ name }) => name)).toEqual(['dev/app']);
});
