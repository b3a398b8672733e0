import { reduceImage, type ImageRecord } from './image.js';
import type { KubeObject } from './kube.js';
import { isRecord } from './values/json.js';

/** What a manifest names. The names of a manifest in an Image object are checked when they are packed. */
type ManifestParts = Pick<ImageRecord, 'config' | 'layers' | 'children' | 'size'>;

/** The lists of a manifest that name blobs, with the field of their entries: OCI, schema 2, schema 1, OCI artifacts. */
const BLOB_LISTS = [
  ['layers', 'digest'],
  ['fsLayers', 'blobSum'],
  ['blobs', 'digest'],
] as const;

/**
 * Reads what a parsed manifest of any kind names.
 * @throws Error if it is not a manifest
 */
export function manifestParts(manifest: unknown): ManifestParts {
  if (!isRecord(manifest)) throw new Error('it is not a manifest');
  const lists = BLOB_LISTS.filter(([list]) => Array.isArray(manifest[list]));
  const isIndex = Array.isArray(manifest.manifests);
  if (lists.length === 0 && !isIndex) throw new Error('it is not a manifest');
  const layers = lists.flatMap(([list, field]) => entriesOf(manifest[list], field));
  const [config] =
    manifest.config === undefined || manifest.config === null ? [] : entriesOf([manifest.config], 'digest');
  return {
    config: config?.digest ?? '',
    layers,
    children: isIndex ? entriesOf(manifest.manifests, 'digest').map(({ digest }) => digest) : [],
    size: [...layers, ...(config ? [config] : [])].reduce((sum, { size }) => sum + size, 0),
  };
}

/**
 * Reduces a whole Image object, which can contain what the listed fields do not: if its metadata cannot be read, its
 * manifest (`dockerImageManifest`) states what it names.
 */
export function reduceWholeImage(object: KubeObject): ImageRecord {
  const record = reduceImage(object);
  const { dockerImageManifest: text } = object;
  if (record.unreadable === '' || typeof text !== 'string' || text === '') return record;
  try {
    return { ...record, ...manifestParts(JSON.parse(text)), unreadable: '' };
  } catch {
    return { ...record, unreadable: `${record.unreadable}, and dockerImageManifest is not a manifest` };
  }
}

function entriesOf(list: unknown, field: 'digest' | 'blobSum'): { digest: string; size: number }[] {
  return (list as unknown[]).map((entry) => {
    const digest = isRecord(entry) ? entry[field] : undefined;
    if (!isRecord(entry) || typeof digest !== 'string') throw new Error('it is not a manifest');
    return { digest, size: typeof entry.size === 'number' && entry.size > 0 ? entry.size : 0 };
  });
}
