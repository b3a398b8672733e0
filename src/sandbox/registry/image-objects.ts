import type { KubeObject } from '../../core/model/kube.js';
import { hasConfig, isIndex, MEDIA, type ImageConfig, type Manifest } from './manifest.js';

interface PushedManifest {
  digest: string;
  /** Pull spec by digest. */
  reference: string;
  manifest: Manifest;
  config: ImageConfig;
  /** When it was pushed, RFC 3339; default now. */
  created?: string;
}

/** Makes the Image object of a manifest, with the fields and annotations that OpenShift writes. */
export function imageObject({ digest, reference, manifest, config, created }: PushedManifest): KubeObject {
  const index = isIndex(manifest.mediaType);
  return {
    metadata: {
      name: digest,
      annotations: {
        'image.openshift.io/dockerLayersOrder': index ? '' : 'ascending',
        'image.openshift.io/manifestBlobStored': 'true',
        'openshift.io/image.managed': 'true',
      },
      ...(created ? { creationTimestamp: created } : {}),
    },
    dockerImageReference: reference,
    dockerImageMetadataVersion: '1.0',
    dockerImageManifestMediaType: manifest.mediaType,
    ...(index ? indexFields(digest, manifest, config) : imageFields(manifest, config)),
  };
}

const METADATA = { kind: 'DockerImage', apiVersion: 'image.openshift.io/1.0', ContainerConfig: {} };

function indexFields(digest: string, { manifests = [] }: Manifest, config: ImageConfig): Record<string, unknown> {
  return {
    dockerImageMetadata: { ...METADATA, Id: digest, Created: config.created },
    dockerImageManifests: manifests.map(({ digest: child, mediaType, size, platform }) => ({
      digest: child,
      mediaType,
      manifestSize: size,
      ...platform,
    })),
  };
}

function imageFields(manifest: Manifest, config: ImageConfig): Record<string, unknown> {
  const layers = (manifest.layers ?? []).map(({ digest, size, mediaType }) => ({ name: digest, size, mediaType }));
  const dockerImageMetadata = {
    ...METADATA,
    Id: manifest.config?.digest ?? '',
    Created: config.created,
    Config: config.config,
    Architecture: config.architecture,
    Size: layers.reduce((sum, layer) => sum + layer.size, manifest.config?.size ?? 0),
  };
  return { dockerImageMetadata, dockerImageLayers: layers };
}

/** The blobs of an Image object. */
interface ImageContent {
  name: string;
  mediaType: string;
  config?: string;
  layers: { name: string; size: number; mediaType?: string }[];
  children: string[];
}

/** Reads the blobs of an Image object. */
export function readImage(image: KubeObject): ImageContent {
  const mediaType = String(image.dockerImageManifestMediaType ?? '');
  const metadata = image.dockerImageMetadata as { Id?: string } | undefined;
  const config = hasConfig(mediaType) && metadata?.Id ? metadata.Id : undefined;
  const children = ((image.dockerImageManifests ?? []) as { digest: string }[]).map((child) => child.digest);
  return {
    name: image.metadata.name,
    mediaType,
    config,
    layers: (image.dockerImageLayers ?? []) as ImageContent['layers'],
    children,
  };
}

/** Makes a manifest for an Image object that has no real one. Its digest is not the name of the image. */
export function syntheticManifest(image: KubeObject): Buffer {
  const { mediaType, config, layers } = readImage(image);
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
