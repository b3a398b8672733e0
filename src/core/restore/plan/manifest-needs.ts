import { parseDigest, type Digest } from '../../model/digest.js';
import { OCI_ARTIFACT } from '../../model/image.js';
import { manifestParts } from '../../model/image-manifest.js';
import { isRecord, listOf } from '../../model/values/json.js';

/** What must be in a repository before a manifest can be pushed to it. */
export interface ManifestNeeds {
  mediaType: string;
  /** Manifests that an index names. */
  children: Digest[];
  /** The config and the layers, without duplicates. */
  blobs: NeededBlob[];
}

export interface NeededBlob {
  digest: Digest;
  /** As the manifest states it; 0 if it does not. */
  bytes: number;
  /** True for a layer that clients load from elsewhere (`urls`): the registry does not have to have it. */
  foreign: boolean;
  isConfig: boolean;
}

/**
 * Reads what a manifest names.
 * @throws Error if it is not a manifest, or names something by anything but a digest
 */
export function manifestNeeds(content: Buffer): ManifestNeeds {
  const manifest = JSON.parse(content.toString('utf8')) as unknown;
  const { config, layers, children } = manifestParts(manifest);
  const fields = manifest as Record<string, unknown>;
  const foreign = new Set(
    listOf(fields.layers)
      .filter(isRecord)
      .filter(isForeign)
      .map(({ digest }) => digest),
  );
  const configBytes = isRecord(fields.config) && typeof fields.config.size === 'number' ? fields.config.size : 0;
  const blobs = new Map<Digest, NeededBlob>();
  for (const { digest, size } of [...(config ? [{ digest: config, size: configBytes }] : []), ...layers])
    blobs.set(asDigest(digest), {
      digest: asDigest(digest),
      bytes: size,
      foreign: foreign.has(digest),
      isConfig: digest === config,
    });
  return { mediaType: mediaTypeOf(fields), children: children.map(asDigest), blobs: [...blobs.values()] };
}

function asDigest(text: string): Digest {
  const digest = parseDigest(text);
  if (!digest) throw new Error('it names something that is not a digest');
  return digest;
}

function isForeign({ mediaType, urls }: Record<string, unknown>): boolean {
  return Array.isArray(urls) && urls.length > 0 && /\.(?:foreign|nondistributable)\./.test(String(mediaType));
}

/** Returns the media type that a manifest states, or that of its kind: OCI manifests do not have to state one. */
function mediaTypeOf(manifest: Record<string, unknown>): string {
  if (typeof manifest.mediaType === 'string' && manifest.mediaType !== '') return manifest.mediaType;
  if (manifest.schemaVersion === 1) return 'application/vnd.docker.distribution.manifest.v1+prettyjws';
  if (Array.isArray(manifest.manifests)) return 'application/vnd.oci.image.index.v1+json';
  return Array.isArray(manifest.blobs) ? OCI_ARTIFACT : 'application/vnd.oci.image.manifest.v1+json';
}
