import { digestOf } from '../servers/docker-registry.js';

/** A manifest with the blobs that it names. */
export interface ImageContent {
  digest: string;
  mediaType: string;
  /** The manifest. */
  text: string;
  config?: Content;
  layers: Content[];
  /** Children of an index. */
  children: ImageContent[];
}

/** A blob. */
export interface Content {
  digest: string;
  text: string;
}

export function content(text: string): Content {
  return { digest: digestOf(text), text };
}

const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** Makes an image of layers, with a config of its own. */
export function anImage(layers: Content[], { isOci, author }: { isOci: boolean; author: string }): ImageContent {
  const prefix = isOci ? 'application/vnd.oci.image' : 'application/vnd.docker';
  const mediaType = isOci ? OCI : DOCKER;
  const diffs = layers.map(({ digest }) => digest);
  const config = content(
    JSON.stringify({ architecture: 'amd64', os: 'linux', author, rootfs: { type: 'layers', diff_ids: diffs } }),
  );
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: isOci ? `${prefix}.config.v1+json` : `${prefix}.container.image.v1+json`,
      ...named(config),
    },
    layers: layers.map((layer) => ({
      mediaType: isOci ? `${prefix}.layer.v1.tar+gzip` : `${prefix}.image.rootfs.diff.tar.gzip`,
      ...named(layer),
    })),
  });
  return { digest: digestOf(text), mediaType, text, config, layers, children: [] };
}

/** Makes an index of images. */
export function anIndex(children: ImageContent[]): ImageContent {
  const platforms = ['amd64', 'arm64', 's390x', 'ppc64le'];
  const manifests = children.map((child, at) => ({
    mediaType: child.mediaType,
    ...named(child),
    platform: { os: 'linux', architecture: platforms[at % platforms.length] },
  }));
  const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
  return { digest: digestOf(text), mediaType: OCI_INDEX, text, layers: [], children };
}

const named = ({ digest, text }: Content): { digest: string; size: number } => ({ digest, size: text.length });

/** Returns the config and the layers of an image. */
export function blobsOf({ config, layers }: ImageContent): Content[] {
  return config ? [...layers, config] : layers;
}
