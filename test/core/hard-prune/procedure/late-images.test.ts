import { findLateImages } from '../../../../src/core/hard-prune/procedure/late-images.js';
import type { Deletions, Findings } from '../../../../src/core/hard-prune/report.js';
import type { Pruner } from '../../../../src/core/hard-prune/way/way.js';
import type { Deletion } from '../../../../src/core/storage/storage.js';
import { digest } from '../../../support/builders.js';
import { aResponse, fakeApi } from '../../../support/fake-api.js';

const OCI = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const hexOf = (name: string): string => digest(name).slice('sha256:'.length);

/** Blobs that the search found. */
const FOUND = ['layer', 'config', 'child'];
const plan = {
  blobs: FOUND.map((name) => ({ digest: digest(name), bytes: 1 })),
  manifestLinks: [],
  repositories: [],
  layerLinks: [],
  uploads: [],
} as unknown as Findings['plan'];
const findings: Findings = { plan, warnings: [], images: new Set([hexOf('known')]) };

function deletions(blobs: Deletion[], isIncomplete = false): Deletions {
  const outcomes = { blobs, manifestLinks: [], repositories: [], layerLinks: [], uploads: [] };
  return { plan, outcomes, failures: [], isIncomplete };
}
const ALL = deletions(FOUND.map(() => ({ status: 'deleted' })));

const image = (name: string, more: object = {}): object => ({
  metadata: { name: digest(name) },
  dockerImageManifestMediaType: OCI,
  dockerImageMetadata: { Id: digest('other config') },
  dockerImageLayers: [{ name: digest('other layer') }],
  ...more,
});
const withoutBlobs = { dockerImageMetadata: undefined, dockerImageLayers: undefined };
const index = (...children: string[]): object => ({
  dockerImageManifestMediaType: INDEX,
  dockerImageManifests: children.map((child) => ({ digest: digest(child) })),
});
const manifest = (...layers: string[]): string =>
  JSON.stringify({
    config: { digest: digest('other config') },
    layers: layers.map((one) => ({ digest: digest(one) })),
  });

/** Looks for late images among those that the cluster has. `manifests`: those in the storage; absent in the pod. */
async function look(
  images: object[],
  { manifests, ...more }: { result?: Deletions | undefined; manifests?: Record<string, string> } = {},
): Promise<string[]> {
  const list = { kind: 'ImageList', apiVersion: 'image.openshift.io/v1', metadata: { resourceVersion: '1' } };
  const { api } = fakeApi(() => aResponse(200, { ...list, items: images }));
  const stored = new Map<string, string>(Object.entries(manifests ?? {}).map(([name, text]) => [digest(name), text]));
  const pruner = {
    mayHaveDeleted: true,
    ...(manifests ? { readManifest: async (one: string) => stored.get(one) } : {}),
  } as Pruner;
  const attempt = { findings, deletions: 'result' in more ? more.result : ALL };
  const failures = await findLateImages(attempt, { api, pruner, signal: new AbortController().signal });
  return failures.map(({ target, message }) => `${target}: ${message}`);
}

const needs = (name: string, blob: string, did = 'has deleted'): string =>
  `image ${digest(name)}: pushed during the run, and needs blob ${digest(blob)}, which the run ${did}: push the image again`;
const unchecked = (name: string, problem: string): string =>
  `image ${digest(name)}: pushed during the run, and cannot be checked: which blobs it needs is not known, so the run may have deleted some of them (${problem}); push the image again`;

test('an image whose object names a deleted blob', async () => {
  const late = image('late', { dockerImageLayers: [{ name: digest('layer') }] });
  await expect(look([image('known'), late])).resolves.toEqual([needs('late', 'layer')]);
});

test.each<[what: string, result: Deletions | undefined]>([
  ['a deletion that returned no result', undefined],
  ['a deletion whose result is incomplete', deletions([], true)],
  ['a deletion that failed', deletions([{ status: 'failed', message: 'no' }])],
])('%s may have deleted the blob', async (_what, result) => {
  const late = image('late', { dockerImageLayers: [{ name: digest('layer') }] });
  await expect(look([late], { result })).resolves.toEqual([needs('late', 'layer', 'may have deleted')]);
});

test('a blob that was skipped was not deleted', async () => {
  const late = image('late', { dockerImageLayers: [{ name: digest('layer') }] });
  const skipped: Deletion = { status: 'skipped', reason: 'interrupted' };
  await expect(look([late], { result: deletions([skipped]) })).resolves.toEqual([]);
});

describe('an image whose object does not name its blobs', () => {
  const late = image('late', withoutBlobs);

  test('needs what its manifest in the storage names', async () => {
    await expect(look([late], { manifests: { late: manifest('layer') } })).resolves.toEqual([needs('late', 'layer')]);
    await expect(look([late], { manifests: { late: manifest('other') } })).resolves.toEqual([]);
  });

  test('cannot be checked without its manifest', async () => {
    await expect(look([late], { manifests: {} })).resolves.toEqual([
      unchecked('late', 'its manifest is not in the storage'),
    ]);
    await expect(look([late])).resolves.toEqual([unchecked('late', 'its manifest cannot be read in the pod')]);
    await expect(look([late], { manifests: { late: '{' } })).resolves.toEqual([unchecked('late', 'it is not JSON')]);
  });

  test('needs what the manifest in its object names', async () => {
    const embedded = image('late', { ...withoutBlobs, dockerImageManifest: manifest('layer') });
    await expect(look([embedded])).resolves.toEqual([needs('late', 'layer')]);
  });

  test('is not mentioned if the run knew it, or if its object may name everything', async () => {
    const bare = { dockerImageLayers: [], dockerImageMetadata: { Id: digest('other config') } };
    await expect(look([image('known', withoutBlobs), image('late', bare)])).resolves.toEqual([]);
    const manifests = { late: manifest('layer') };
    await expect(look([image('late', bare)], { manifests })).resolves.toEqual([needs('late', 'layer')]);
  });

  test('cannot be checked without its manifest if it states a size, but no layers', async () => {
    const sized = image('late', {
      dockerImageLayers: [],
      dockerImageMetadata: { Id: digest('other config'), Size: 5 },
    });
    await expect(look([sized])).resolves.toEqual([unchecked('late', 'its manifest cannot be read in the pod')]);
    const manifests = { late: manifest('layer') };
    await expect(look([sized], { manifests })).resolves.toEqual([needs('late', 'layer')]);
  });
});

describe('an image index', () => {
  test('needs its children', async () => {
    await expect(look([image('late', index('child'))])).resolves.toEqual([needs('late', 'child')]);
  });

  test('needs what the manifests of children without an Image object name', async () => {
    const late = image('late', index('inner'));
    const inner = JSON.stringify({ manifests: [{ digest: digest('innermost') }] });
    const manifests = { inner, innermost: manifest('layer') };
    await expect(look([late], { manifests })).resolves.toEqual([needs('late', 'layer')]);
    await expect(look([late, image('inner')], { manifests })).resolves.toEqual([]);
    await expect(look([image('late', index('known'))])).resolves.toEqual([]);
  });
});

test('nothing is read if nothing was deleted', async () => {
  const { api, requests } = fakeApi(() => aResponse(500));
  const pruner = { mayHaveDeleted: false } as Pruner;
  const { signal } = new AbortController();
  await expect(findLateImages({ findings, deletions: ALL }, { api, pruner, signal })).resolves.toEqual([]);
  const opened = { mayHaveDeleted: true } as Pruner;
  await expect(
    findLateImages({ findings, deletions: deletions([]) }, { api, pruner: opened, signal }),
  ).resolves.toEqual([]);
  expect(requests).toEqual([]);
});
