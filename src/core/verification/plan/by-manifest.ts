import { isRecord } from '../../model/values/json.js';
import type { ImageProblem } from './types.js';

/** What a manifest states about a blob that it names. */
interface StatedBlob {
  /** Undefined if the manifest states no size: schema 1. */
  bytes?: number;
  /** True for a layer that registries do not have to store: it is downloaded from somewhere else. */
  isForeign: boolean;
}

/** Returns true if a problem is one with a config or a layer: only the manifest says for certain that it is needed. */
export const restsOnManifest = ({ what }: ImageProblem): boolean =>
  /-(?:config|layer)(?:-link)?$|^wrong-size$/.test(what);

/**
 * Returns true if a problem of an image still exists by what its manifest says: Image objects do not state which layers
 * are not in the registry, and the size of a config is derived.
 * @param stated what the manifest names, by digest
 * @param bytesOf returns the size of a blob in the storage; NaN if it is not known
 */
export function isProblemByManifest(
  problem: ImageProblem,
  stated: ReadonlyMap<string, StatedBlob>,
  bytesOf: (digest: string) => number | undefined,
): boolean {
  if (!restsOnManifest(problem)) return true;
  const blob = stated.get(problem.digest);
  if (!blob || blob.isForeign) return false;
  if (problem.what !== 'wrong-size') return true;
  const bytes = bytesOf(problem.digest);
  // NaN: the size of an archived object is not known.
  return blob.bytes !== undefined && !Number.isNaN(bytes) && blob.bytes !== bytes;
}

/** Returns what a manifest states about the blobs that it names; undefined for content that is not a manifest. */
export function blobsInManifest(body: Buffer): Map<string, StatedBlob> | undefined {
  const manifest = parse(body);
  if (!isRecord(manifest)) return undefined;
  const blobs = new Map<string, StatedBlob>();
  for (const entry of [manifest.config, ...entriesOf(manifest.layers), ...entriesOf(manifest.blobs)])
    if (isRecord(entry) && typeof entry.digest === 'string') blobs.set(entry.digest, toStated(entry));
  for (const entry of entriesOf(manifest.fsLayers))
    if (isRecord(entry) && typeof entry.blobSum === 'string') blobs.set(entry.blobSum, { isForeign: false });
  return blobs;
}

function toStated({ size, mediaType, urls }: Record<string, unknown>): StatedBlob {
  const isForeign =
    (typeof mediaType === 'string' && /foreign|nondistributable/.test(mediaType)) ||
    (Array.isArray(urls) && urls.length > 0);
  return { bytes: typeof size === 'number' ? size : undefined, isForeign };
}

const entriesOf = (list: unknown): unknown[] => (Array.isArray(list) ? list : []);

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
