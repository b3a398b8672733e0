/**
 * The media types of manifests, configs and layers. Not shared with the code under test, so that tests notice a mistake
 * there.
 */
export const MEDIA = {
  dockerManifest1: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
} as const;

/** Returns whether a manifest names a config blob (Docker schema 2 and OCI). */
export function hasConfig(mediaType: unknown): boolean {
  return mediaType === MEDIA.dockerManifest || mediaType === MEDIA.ociManifest;
}

export function isIndex(mediaType: unknown): boolean {
  return mediaType === MEDIA.dockerList || mediaType === MEDIA.ociIndex;
}

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** An image manifest (`config`, `layers`) or an index (`manifests`) in the form that clients push. */
export interface Manifest {
  schemaVersion: 2;
  mediaType: string;
  config?: Descriptor;
  layers?: Descriptor[];
  manifests?: (Descriptor & { platform?: { architecture?: string; os?: string } })[];
  subject?: Descriptor;
}

/** The fields of a config blob that the Image object repeats. */
export interface ImageConfig {
  created?: string;
  architecture?: string;
  config?: unknown;
}

/** The digests that a manifest names. */
interface NamedDigests {
  blobs: string[];
  manifests: string[];
}

/** Returns what a manifest names; undefined if it is not JSON. */
export function digestsIn(body: Buffer): NamedDigests | undefined {
  try {
    const { config, layers = [], manifests = [] } = JSON.parse(body.toString()) as Partial<Manifest>;
    const blobs = [...(config ? [config] : []), ...layers];
    return { blobs: blobs.map(({ digest }) => digest), manifests: manifests.map(({ digest }) => digest) };
  } catch {
    return undefined;
  }
}
