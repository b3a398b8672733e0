import { createHash } from 'node:crypto';
import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import { mapParallel } from '../../kit/parallel.js';
import { parseDigest, sha256Hex, type Digest } from '../../model/digest.js';
import { isRecord } from '../../model/values/json.js';
import { manifestParts } from '../../model/image-manifest.js';
import type { Storage } from '../../storage/storage.js';
import type { LostLink } from './find-lost.js';
import type { LostImage } from './types.js';

/** Maximum number of manifests that are read at the same time: each can have 4 MiB. */
const CONCURRENCY = 8;

type ReadStorage = Pick<Storage, 'readBlob' | 'findBlobs' | 'readTags'>;

/**
 * Reads lost manifests, and looks whether everything that they name exists.
 * @returns without links whose manifest does not exist
 * @throws RegadmError or Error if something cannot be read
 */
export async function examineLost(
  storage: ReadStorage,
  links: readonly LostLink[],
  signal: AbortSignal,
): Promise<LostImage[]> {
  const tags = await tagsOf(storage, links, signal);
  const read = await mapParallel(links, CONCURRENCY, async (link): Promise<Examined[]> => {
    signal.throwIfAborted();
    const body = await storage.readBlob(link.digest, MANIFEST_LIMIT_BYTES);
    const own = tags.get(link.repository) ?? [];
    const names = own.filter(({ digest }) => digest === link.digest).map(({ name }) => name);
    return body ? [await examine(storage, { ...link, tags: names.sort() }, { body, signal })] : [];
  });
  const images = read.flat();
  connectIndexes(images);
  return images.map(({ image }) => image);
}

interface Examined {
  image: LostImage;
  children: readonly string[];
}

async function examine(
  storage: ReadStorage,
  link: LostLink & Pick<LostImage, 'tags'>,
  { body, signal }: { body: Buffer; signal: AbortSignal },
): Promise<Examined> {
  const image: LostImage = { ...link, bytes: body.length, missing: [], children: [], manifest: body, mediaType: '' };
  if (createHash('sha256').update(body).digest('hex') !== sha256Hex(link.digest))
    return { image: { ...image, missing: [{ what: 'corrupt', digest: link.digest }] }, children: [] };
  const parsed = parse(body);
  if (!parsed) return { image: { ...image, missing: [{ what: 'not-an-image', digest: link.digest }] }, children: [] };
  const { parts, mediaType } = parsed;
  const needed = new Map<Digest, LostImage['missing'][number]['what']>();
  const add = (text: string, what: LostImage['missing'][number]['what']): void => {
    const digest = parseDigest(text);
    if (digest !== undefined && sha256Hex(digest) !== undefined) needed.set(digest, what);
  };
  for (const { digest } of parts.layers) add(digest, 'missing-layer');
  for (const child of parts.children) add(child, 'missing-child');
  add(parts.config, 'missing-config');
  const digests = [...needed.keys()];
  const sizes = await storage.findBlobs(digests, signal);
  image.missing = digests.flatMap((digest, at) =>
    sizes[at] === undefined ? [{ what: needed.get(digest)!, digest }] : [],
  );
  image.mediaType = mediaType;
  image.config = parseDigest(parts.config);
  for (const bytes of sizes) image.bytes += bytes || 0;
  return { image, children: parts.children };
}

/** Returns what a manifest names, without layers that are downloaded from elsewhere; undefined if it is not one. */
function parse(body: Buffer): { parts: ReturnType<typeof manifestParts>; mediaType: string } | undefined {
  try {
    const manifest: unknown = JSON.parse(body.toString('utf8'));
    const parts = manifestParts(manifest);
    if (!isRecord(manifest)) return undefined;
    const layers = Array.isArray(manifest.layers) ? manifest.layers : [];
    const foreign = new Set(layers.filter(isForeign).map(({ digest }: { digest?: unknown }) => digest));
    const mediaType = typeof manifest.mediaType === 'string' ? manifest.mediaType : ociType(parts.children.length > 0);
    return { parts: { ...parts, layers: parts.layers.filter(({ digest }) => !foreign.has(digest)) }, mediaType };
  } catch {
    return undefined;
  }
}

/** OCI manifests do not have to state their media type. */
const ociType = (isIndex: boolean): string =>
  isIndex ? 'application/vnd.oci.image.index.v1+json' : 'application/vnd.oci.image.manifest.v1+json';

function isForeign(layer: unknown): layer is { digest?: unknown } {
  return isRecord(layer) && typeof layer.mediaType === 'string' && /foreign|nondistributable/.test(layer.mediaType);
}

async function tagsOf(
  storage: ReadStorage,
  links: readonly LostLink[],
  signal: AbortSignal,
): Promise<Map<string, Awaited<ReturnType<Storage['readTags']>>>> {
  const names = [...new Set(links.map(({ repository }) => repository))];
  const tags = await mapParallel(names, CONCURRENCY, (name) => storage.readTags(name, signal));
  return new Map(names.map((name, at) => [name, tags[at]!]));
}

/** Connects children with a complete index, and makes an index incomplete if a lost child is. */
function connectIndexes(examined: readonly Examined[]): void {
  const byPlace = new Map(examined.map(({ image }) => [placeOf(image.repository, image.digest), image]));
  for (const { image, children } of examined)
    image.children = children.flatMap((child) => byPlace.get(placeOf(image.repository, child)) ?? []);
  const images = [...byPlace.values()];
  // An index can contain indexes: what is found out about one can make another one incomplete.
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const { missing, children } of images)
      for (const child of children) {
        const isKnown = child.missing.length === 0 || missing.some(({ digest }) => digest === child.digest);
        if (isKnown) continue;
        missing.push({ what: 'missing-child', digest: child.digest });
        isChanged = true;
      }
  }
  for (const { missing, children, digest } of images)
    if (missing.length === 0) for (const child of children) child.index = digest;
}

const placeOf = (repository: string, digest: string): string => `${repository} ${digest}`;
