import { hasConfig, isIndex, MEDIA } from './media-types.js';
import type { KubeObject } from '../../core/model/kube.js';

/** The parts of an Image object that say what the registry holds of it. */
export interface ImageShape {
  name: string;
  mediaType: string;
  config?: string;
  layers: { name: string; size: number; mediaType?: string }[];
  children: string[];
}

export function shapeOf(image: KubeObject): ImageShape {
  const mediaType = String(image.dockerImageManifestMediaType ?? '');
  const metadata = image.dockerImageMetadata as { Id?: string } | undefined;
  const config = hasConfig(mediaType) && metadata?.Id ? metadata.Id : undefined;
  const children = ((image.dockerImageManifests ?? []) as { digest: string }[]).map((child) => child.digest);
  return {
    name: image.metadata.name,
    mediaType,
    config,
    layers: (image.dockerImageLayers ?? []) as ImageShape['layers'],
    children,
  };
}

/** A manifest that fits an Image object of which no real manifest is known; its digest is not the image's name. */
export function manifestFor(image: KubeObject): Buffer {
  const { mediaType, config, layers } = shapeOf(image);
  const manifests = image.dockerImageManifests as
    { digest: string; manifestSize?: number; mediaType?: string }[] | undefined;
  const body = isIndex(mediaType)
    ? {
        manifests: (manifests ?? []).map(({ digest, manifestSize, mediaType: type }) => ({
          mediaType: type,
          digest,
          size: manifestSize ?? 0,
        })),
      }
    : {
        config: {
          mediaType: mediaType === MEDIA.ociManifest ? MEDIA.ociConfig : MEDIA.dockerConfig,
          digest: config ?? '',
          size: 0,
        },
        layers: layers.map(({ name, size, mediaType: type }) => ({ mediaType: type, digest: name, size })),
      };
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...body }));
}
