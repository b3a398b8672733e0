import { parseDigest, sha256Hex } from '../../model/digest.js';
import { manifestParts } from '../../model/image-manifest.js';

/** What a manifest names. Digests are 64 hex digits without their algorithm. */
interface ManifestUses {
  /** Config, layers and subject. */
  blobs: string[];
  /** Manifests of an image index. */
  children: string[];
}

/**
 * Reads what a manifest of any kind names.
 * @throws Error if it is not a manifest, or names something that is not a digest
 */
export function parseManifest(body: Buffer): ManifestUses {
  const manifest = parseJson(body);
  const { config, layers, children } = manifestParts(manifest);
  const blobs = layers.map(({ digest }) => digest);
  if (config !== '') blobs.push(config);
  const { subject } = manifest as { subject?: { digest?: unknown } | null };
  return { blobs: [...blobs, ...(subject ? [subject.digest] : [])].flatMap(toHex), children: children.flatMap(toHex) };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Error('it is not JSON');
  }
}

/** Returns nothing for a digest of another algorithm than sha256: the storage has no other blobs. */
function toHex(text: unknown): string[] {
  const digest = parseDigest(text);
  if (!digest) throw new Error('it names something that is not a digest');
  const hex = sha256Hex(digest);
  return hex === undefined ? [] : [hex];
}
