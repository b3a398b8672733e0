import { parseDigest, type Digest } from './digest.js';
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
 * Returns the digest that a parsed manifest names as its `subject`; undefined if it names none.
 * @throws Error if it is not a manifest: then nothing shows that there is no subject
 */
export function subjectIn(manifest: unknown): Digest | undefined {
  const subject = isRecord(manifest) && isRecord(manifest.subject) ? parseDigest(manifest.subject.digest) : undefined;
  if (subject === undefined) manifestParts(manifest);
  return subject;
}

/**
 * Reduces an Image object and its manifest (`dockerImageManifest`), if the object contains it: the manifest states the
 * subject of an OCI image, and, if the metadata cannot be read, what the image names.
 */
export function reduceWholeImage(object: KubeObject): ImageRecord {
  const record = reduceImage(object);
  const { dockerImageManifest: text } = object;
  if ((record.unreadable === '' && !record.oci) || typeof text !== 'string' || text === '') return record;
  const manifest = parseJson(text);
  return record.unreadable === '' ? withSubject(record, manifest) : withParts(withSubject(record, manifest), manifest);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function withSubject(record: ImageRecord, manifest: unknown): ImageRecord {
  try {
    return record.oci ? { ...record, subject: subjectIn(manifest) ?? '' } : record;
  } catch {
    return record;
  }
}

function withParts(record: ImageRecord, manifest: unknown): ImageRecord {
  try {
    return { ...record, ...manifestParts(manifest), unreadable: '' };
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
