import { isDigest, parseDigest, type Digest } from './digest.js';
import { OCI_ARTIFACT, reduceImage, type ImageRecord } from './image.js';
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
  // An artifact may have no blobs, but a subject.
  if (lists.length === 0 && !isIndex && manifest.mediaType !== OCI_ARTIFACT) throw new Error('it is not a manifest');
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
 * subject of an OCI image, and what the image names, if the object does not state that.
 */
export function reduceWholeImage(object: KubeObject): ImageRecord {
  const record = reduceImage(object);
  const { dockerImageManifest: text } = object;
  if (typeof text !== 'string' || text === '') return record;
  // An index does not always name all its children.
  const isStated = record.unreadable === '' && !record.gap && record.layers.length > 0 && record.children.length === 0;
  if (isStated && !record.oci) return record;
  if (isStated && hasNoSubject(text)) return { ...record, subject: '' };
  const manifest = parseJson(text);
  const reduced = withSubject(record, manifest);
  return isStated ? reduced : withParts(reduced, manifest);
}

/**
 * Returns true if the text of a manifest shows without parsing that it has no `subject`: parsing the manifests of all
 * images would take a third of the time of reading them.
 */
function hasNoSubject(text: string): boolean {
  const isWhole = text.trimEnd().endsWith('}') && /"(?:layers|fsLayers|blobs|manifests)"/.test(text);
  return isWhole && !text.includes('"subject"') && !text.includes('\\u');
}

/** Returns what a manifest names in addition to what an Image object states. */
export function addedParts(
  record: Pick<ImageRecord, 'config' | 'layers' | 'children'>,
  manifest: unknown,
): { needs: string[]; children: string[] } {
  const { config, layers, children } = manifestParts(manifest);
  const stated = new Set([record.config, ...record.layers.map(({ digest }) => digest)]);
  const known = new Set(record.children);
  return {
    needs: [config, ...layers.map(({ digest }) => digest)].filter((digest) => !stated.has(digest) && isDigest(digest)),
    children: children.filter((child) => !known.has(child)),
  };
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
    if (record.unreadable !== '') return { ...record, ...manifestParts(manifest), unreadable: '' };
    const { needs, children } = addedParts(record, manifest);
    return { ...record, children: [...record.children, ...children], needs, gap: undefined };
  } catch {
    if (record.unreadable === '') return record;
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
