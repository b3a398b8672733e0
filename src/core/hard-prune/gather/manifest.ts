import { isDigest, sha256Hex } from '../../model/digest.js';

/** What a manifest names. Digests are 64 hex digits without their algorithm. */
interface ManifestUses {
  /** Config and layers. */
  blobs: string[];
  /** Manifests of an image index. */
  children: string[];
}

/** The lists of a manifest that name blobs, with the field of their entries: OCI, schema 2, schema 1, OCI artifacts. */
const BLOB_LISTS = [
  ['layers', 'digest'],
  ['fsLayers', 'blobSum'],
  ['blobs', 'digest'],
] as const;

/**
 * Reads what a manifest of any kind names.
 * @throws Error if it is not a manifest, or names something that is not a digest
 */
export function parseManifest(body: Buffer): ManifestUses {
  const manifest = parseObject(body);
  const lists = BLOB_LISTS.filter(([list]) => Array.isArray(manifest[list]));
  if (lists.length === 0 && !Array.isArray(manifest.manifests)) throw new Error('it is not a manifest');
  const single = [manifest.config, manifest.subject].filter((part) => part !== undefined && part !== null);
  return {
    blobs: [...digestsIn(single, 'digest'), ...lists.flatMap(([list, field]) => digestsIn(manifest[list], field))],
    children: digestsIn(manifest.manifests ?? [], 'digest'),
  };
}

function parseObject(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new Error('it is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw new Error('it is not a manifest');
  return value as Record<string, unknown>;
}

function digestsIn(entries: unknown, field: string): string[] {
  if (!Array.isArray(entries)) throw new Error('it is not a manifest');
  return entries.flatMap((entry: Record<string, unknown> | null) => {
    const digest = entry?.[field];
    if (typeof digest !== 'string' || !isDigest(digest)) throw new Error('it names something that is not a digest');
    return sha256Hex(digest) ?? [];
  });
}
