import { parseDigest, type Digest } from '../../model/digest.js';
import { manifestParts } from '../../model/image-manifest.js';
import { isRecord, listOf } from '../../model/values/json.js';

/** What a manifest names. Names that are not digests name nothing that a backup can have. */
export interface ManifestNeeds {
  /** Manifests of an index. */
  children: Digest[];
  /** The config, the layers and other blobs. */
  blobs: Digest[];
  /** Layers that are somewhere else by design (`urls`); the backup can have them. */
  elsewhere: Digest[];
}

/** Reads what the content of a manifest names. @throws Error if it is not a manifest */
export function manifestNeeds(content: string): ManifestNeeds {
  const manifest: unknown = JSON.parse(content);
  const { config, layers, children } = manifestParts(manifest);
  const foreign = new Set(isRecord(manifest) ? listOf(manifest.layers).flatMap(foreignLayer) : []);
  const blobs = digestsIn([config, ...layers.map(({ digest }) => digest)]);
  return {
    children: digestsIn(children),
    blobs: blobs.filter((digest) => !foreign.has(digest)),
    elsewhere: blobs.filter((digest) => foreign.has(digest)),
  };
}

function foreignLayer(layer: unknown): unknown[] {
  return isRecord(layer) && listOf(layer.urls).length > 0 ? [layer.digest] : [];
}

function digestsIn(names: readonly string[]): Digest[] {
  return [...new Set(names)].flatMap((name) => parseDigest(name) ?? []);
}
