import { parseDigest, sha256Hex, type Digest } from '../../model/digest.js';
import { manifestParts } from '../../model/image-manifest.js';
import type { ClusterUsage } from '../plan/usage.js';

/** What a manifest names. Digests are 64 hex digits without their algorithm. */
export interface ManifestUses {
  /** Config, layers and subject. */
  blobs: string[];
  /** Manifests of an image index. */
  children: string[];
  /** All of these that have another algorithm than sha256, with it. */
  others: Digest[];
  /** The manifests of an image index among those. */
  otherChildren: Digest[];
}

/**
 * Reads what a manifest of any kind names.
 * @throws Error if it is not a manifest, or names something that is not a digest
 */
export function parseManifest(text: string): ManifestUses {
  return usesOf(text, (name) => {
    const digest = parseDigest(name);
    if (!digest) throw new Error('it names something that is not a digest');
    return digest;
  });
}

/**
 * Reads what a manifest of any kind names. A name that is not a digest names no blob.
 * @throws Error if it is not a manifest
 */
export function parseManifestDigests(text: string): ManifestUses {
  return usesOf(text, parseDigest);
}

/** Reads what the content of a blob names; undefined if it is not a manifest. */
export function digestsIn(body: Buffer): ManifestUses | undefined {
  try {
    return parseManifestDigests(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function usesOf(text: string, parse: (name: unknown) => Digest | undefined): ManifestUses {
  const manifest = parseJson(text);
  const { config, layers, children } = manifestParts(manifest);
  const { subject } = manifest as { subject?: { digest?: unknown } | null };
  const blobs = layers.map(({ digest }): unknown => digest);
  if (config !== '') blobs.push(config);
  if (subject) blobs.push(subject.digest);
  const named = { blobs: blobs.map(parse), children: children.map(parse) };
  const otherChildren = othersOf(named.children);
  return {
    blobs: hexOf(named.blobs),
    children: hexOf(named.children),
    others: [...othersOf(named.blobs), ...otherChildren],
    otherChildren,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
}

/** Omits digests of other algorithms than sha256: the storage has no other blobs, but it can have links with them. */
function hexOf(digests: (Digest | undefined)[]): string[] {
  return digests.flatMap((digest) => (digest && sha256Hex(digest)) ?? []);
}

function othersOf(digests: (Digest | undefined)[]): Digest[] {
  return digests.filter((digest) => digest !== undefined && sha256Hex(digest) === undefined) as Digest[];
}

/** Adds children of an image index that are named by other algorithms than sha256. */
export function addOtherChildren(
  { otherChildren }: Pick<ClusterUsage, 'otherChildren'>,
  index: string,
  names: readonly Digest[],
): void {
  if (names.length > 0) otherChildren.set(index, new Set([...(otherChildren.get(index) ?? []), ...names]));
}
