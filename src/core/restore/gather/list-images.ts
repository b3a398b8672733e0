import type { ClusterApi } from '../../cluster/api.js';
import { listRecords } from '../../cluster/lists/records.js';
import { IMAGES } from '../../cluster/resources.js';
import { parseDigest, type Digest } from '../../model/digest.js';
import type { KubeObject } from '../../model/kube.js';
import { listOf, textIn } from '../../model/values/json.js';
import type { ImageObject } from '../plan/evidence.js';
import { repositoryIn } from '../plan/targets.js';
import type { ListedImages, Wanted } from '../ports.js';

/** The fields of an Image object that are read. */
const FIELDS = {
  metadata: { name: 'all', uid: 'all', labels: 'all', annotations: 'all' },
  dockerImageReference: 'all',
  dockerImageMetadata: { Id: 'all' },
  dockerImageLayers: { name: 'all' },
} as const;

/** Maximum number of repositories that are kept for each blob: those that share a base image can be thousands. */
const MAX_HOLDERS = 3;

/** An image that is wanted, or that has blobs that are. */
interface Hit {
  name?: Digest;
  object: ImageObject;
  blobs: Digest[];
}

/** Lists the Image objects of the cluster, and keeps what they state about wanted images and blobs. */
export async function listImages(
  api: ClusterApi,
  wanted: Wanted,
  options: { signal: AbortSignal; onPage(page: { count: number }): void },
): Promise<ListedImages> {
  const reader = { fields: FIELDS, reduce: (object: KubeObject) => hitOf(object, wanted) };
  const { records } = await listRecords(api, IMAGES, reader, options);
  const listed: ListedImages = { images: new Map(), holders: new Map() };
  for (const hit of records) if (hit) add(listed, hit);
  return listed;
}

function hitOf(object: KubeObject, wanted: Wanted): Hit | undefined {
  const name = parseDigest(object.metadata.name);
  const { Id: config } = (object.dockerImageMetadata ?? {}) as { Id?: unknown };
  const layers = listOf<{ name?: unknown } | null>(object.dockerImageLayers).map((layer) => layer?.name);
  const blobs = [config, ...layers].flatMap((text) => parseDigest(text) ?? []).filter((blob) => wanted.blobs.has(blob));
  const isWanted = name !== undefined && wanted.images.has(name);
  if (!isWanted && blobs.length === 0) return undefined;
  return { name: isWanted ? name : undefined, object: imageObject(object), blobs };
}

/** Reduces an Image object to what a restore needs of it. */
export function imageObject({ metadata, dockerImageReference }: KubeObject): ImageObject {
  const { uid = '', labels = {}, annotations = {} } = metadata;
  const managed = annotations['openshift.io/image.managed'] === 'true';
  return { uid, managed, reference: textIn(dockerImageReference) ?? '', labels, annotations };
}

function add({ images, holders }: ListedImages, { name, object, blobs }: Hit): void {
  if (name) images.set(name, object);
  const repository = object.managed ? repositoryIn(object.reference) : undefined;
  if (!repository) return;
  for (const blob of blobs) {
    const known = holders.get(blob) ?? new Set();
    if (known.size < MAX_HOLDERS) holders.set(blob, known.add(repository));
  }
}
