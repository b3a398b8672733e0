import { existsSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import type { HardPrunePlan } from '../../src/core/orphans/plan/types.js';
import { digest } from '../support/builders.js';
import { blobData, prunerOn, signal } from '../support/storage-pruner.js';
import { temporaryDirectory } from '../support/storage-tree.js';

/** Number of random storages. PROPERTY_RUNS searches longer. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 40);

const LEAVES = Array.from({ length: 6 }, (_, at) => digest(`leaf ${at}`));
const MANIFESTS = Array.from({ length: 4 }, (_, at) => digest(`manifest ${at}`));
const INDEXES = Array.from({ length: 3 }, (_, at) => digest(`index ${at}`));
const ALL: string[] = [...LEAVES, ...MANIFESTS, ...INDEXES];

const indexIn = (names: readonly string[], name: string): number => names.indexOf(name);
const some = (names: string[]): fc.Arbitrary<string[]> => fc.subarray(names);
/** What the manifests in the storage name. */
const contents = fc.record({
  manifests: fc.tuple(...MANIFESTS.map(() => fc.record({ config: fc.constantFrom(...LEAVES), layers: some(LEAVES) }))),
  indexes: fc.tuple(...INDEXES.map(() => some([...MANIFESTS, ...INDEXES]))),
});

const scenes = fc.record({
  contents,
  blobs: some(ALL),
  /** Image objects, and those of them that do not name their blobs. */
  images: some([...MANIFESTS, ...INDEXES]),
  incomplete: some([...MANIFESTS, ...INDEXES]),
  repositories: fc.dictionary(fc.constantFrom('ns/a', 'ns/b', 'gone/c'), some([...MANIFESTS, ...INDEXES])),
  streams: fc.dictionary(fc.constantFrom('ns/a', 'ns/b'), some([...MANIFESTS, ...INDEXES])),
});
type Scene = typeof scenes extends fc.Arbitrary<infer T> ? T : never;

function contentOf({ contents }: Scene, name: string): object | undefined {
  const manifest = contents.manifests[indexIn(MANIFESTS, name)];
  const children = contents.indexes[indexIn(INDEXES, name)];
  if (manifest)
    return { config: { digest: manifest.config }, layers: manifest.layers.map((layer) => ({ digest: layer })) };
  return children && { manifests: children.map((child) => ({ digest: child })) };
}

function imageObject(scene: Scene, name: string): object {
  const metadata = { name };
  if (scene.incomplete.includes(name)) return { metadata };
  const { config, layers, manifests } = contentOf(scene, name) as {
    config?: { digest: string };
    layers?: { digest: string }[];
    manifests?: object[];
  };
  return manifests
    ? {
        metadata,
        dockerImageManifestMediaType: 'application/vnd.oci.image.index.v1+json',
        dockerImageManifests: manifests,
      }
    : {
        metadata,
        dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
        dockerImageMetadata: { Id: config!.digest },
        dockerImageLayers: layers!.map(({ digest }) => ({ name: digest })),
      };
}

async function planOf(scene: Scene, rules: 'safe' | 'registry'): Promise<{ plan: HardPrunePlan; root: string }> {
  const { root, pruner } = await prunerOn(
    {
      blobs: Object.fromEntries(scene.blobs.map((name) => [name, 1])),
      repositories: Object.fromEntries(
        Object.entries(scene.repositories).map(([name, manifests]) => [name, { manifests }]),
      ),
    },
    {
      images: scene.images.map((name) => imageObject(scene, name)),
      imagestreams: Object.entries(scene.streams).map(([key, listed]) => ({
        metadata: { namespace: key.split('/')[0], name: key.split('/')[1] },
        status: { tags: [{ tag: 'v1', items: listed.map((name) => ({ image: name })) }] },
      })),
    },
    { rules, acceptPartial: true, directory: temporaryDirectory() },
  );
  for (const name of scene.blobs) {
    const content = contentOf(scene, name);
    if (content) writeFileSync(blobData(root, name), JSON.stringify(content));
  }
  return { plan: (await pruner.find(signal())).plan, root };
}

const names = ({ blobs, repositories, manifestLinks }: HardPrunePlan): string[] => [
  ...blobs.map(({ digest }) => digest),
  ...repositories.map(({ name }) => name),
  ...manifestLinks.map(({ repository, digest }) => `${repository}@${digest}`),
];

/** Finds everything that a listed image needs, as the manifests in the storage name it. */
function neededBy(scene: Scene, name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const {
    config,
    layers = [],
    manifests = [],
  } = (contentOf(scene, name) ?? {}) as {
    config?: { digest: string };
    layers?: { digest: string }[];
    manifests?: { digest: string }[];
  };
  if (config) found.add(config.digest);
  for (const { digest } of layers) found.add(digest);
  for (const { digest } of manifests) neededBy(scene, digest, found);
  return found;
}

test('the safe rules delete what those of the registry delete, or less, and links that lead nowhere', async () => {
  await fc.assert(
    fc.asyncProperty(scenes, async (scene) => {
      const safe = await planOf(scene, 'safe');
      const registry = new Set(names((await planOf(scene, 'registry')).plan));
      const more = names(safe.plan).filter((name) => !registry.has(name));
      const leadsSomewhere = more.filter((name) => existsSync(blobData(safe.root, name.split('@')[1] ?? '')));
      expect(leadsSomewhere).toEqual([]);
      expect(more.filter((name) => !name.includes('@'))).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

test('the safe rules keep everything that a listed image with an Image object needs', async () => {
  await fc.assert(
    fc.asyncProperty(scenes, async (scene) => {
      const { plan } = await planOf(scene, 'safe');
      const deleted = new Set(plan.blobs.map(({ digest }) => digest as string));
      const listed = new Set(Object.values(scene.streams).flat());
      for (const name of scene.images.filter((image) => listed.has(image) && scene.blobs.includes(image)))
        if (isComplete(scene, name)) expect([...neededBy(scene, name)].filter((hex) => deleted.has(hex))).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

/** True if the storage has the manifests of an image and of all its children. */
function isComplete(scene: Scene, name: string): boolean {
  return [...neededBy(scene, name)]
    .filter((hex) => indexIn(LEAVES, hex) === -1)
    .every((hex) => scene.blobs.includes(hex));
}
