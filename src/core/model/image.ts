import type { KubeObject } from './kube.js';

/** An Image object, reduced to what decisions need. Digests as text; times in ms since the epoch; sizes in bytes. */
export interface ImageRecord {
  /** The manifest digest, which is the object's name. */
  name: string;
  uid: string;
  created: number;
  /** Annotated `openshift.io/image.managed: "true"`: pushed, not imported. */
  managed: boolean;
  /** `dockerImageReference`. */
  reference: string;
  /** `dockerImageMetadata.Size`: what size limits are compared with. */
  size: number;
  /** The config blob; empty where the manifest kind has none. */
  config: string;
  layers: { digest: string; size: number }[];
  /** What an image index or manifest list names. */
  children: string[];
  /** An OCI manifest or index: it may have a `subject`. */
  oci: boolean;
  /** What is wrong with its metadata; such an image stops the deletion of images. */
  unreadable: string;
}

const WITH_CONFIG: ReadonlySet<unknown> = new Set([
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
]);

/** True for the media types of manifests whose config (`dockerImageMetadata.Id`) is a blob: as long as the image exists, it is in use. */
export function hasConfigBlob(mediaType: unknown): boolean {
  return WITH_CONFIG.has(mediaType);
}

/** The types that `dockerImageMetadata` has in the API: another type means that it cannot be read. */
const METADATA_TYPES: Record<string, 'string' | 'number' | 'object'> = {
  Id: 'string',
  Parent: 'string',
  Comment: 'string',
  Created: 'string',
  Container: 'string',
  ContainerConfig: 'object',
  DockerVersion: 'string',
  Author: 'string',
  Config: 'object',
  Architecture: 'string',
  Size: 'number',
};

interface RawImage extends KubeObject {
  dockerImageReference?: string;
  dockerImageManifestMediaType?: string;
  dockerImageMetadata?: unknown;
  dockerImageLayers?: unknown;
  dockerImageManifests?: unknown;
}

/** Reduces an Image object as the API server sends it. Never throws: what cannot be read is said in `unreadable`. */
export function reduceImage(object: KubeObject): ImageRecord {
  const raw = object as RawImage;
  const mediaType = raw.dockerImageManifestMediaType ?? '';
  const metadata = (raw.dockerImageMetadata ?? {}) as { Id?: string; Size?: number };
  const unreadable = metadataProblem(raw);
  return {
    name: raw.metadata.name,
    uid: raw.metadata.uid ?? '',
    created: Date.parse(raw.metadata.creationTimestamp ?? ''),
    managed: raw.metadata.annotations?.['openshift.io/image.managed'] === 'true',
    reference: raw.dockerImageReference ?? '',
    size: unreadable ? 0 : (metadata.Size ?? 0),
    config: !unreadable && hasConfigBlob(mediaType) ? (metadata.Id ?? '') : '',
    layers: unreadable ? [] : layersOf(raw).map(({ name, size }) => ({ digest: name, size: size ?? 0 })),
    children: unreadable ? [] : manifestsOf(raw).map(({ digest }) => digest),
    oci: mediaType.startsWith('application/vnd.oci.image.'),
    unreadable,
  };
}

function layersOf(raw: RawImage): { name: string; size?: number }[] {
  return (raw.dockerImageLayers ?? []) as { name: string; size?: number }[];
}

function manifestsOf(raw: RawImage): { digest: string }[] {
  return (raw.dockerImageManifests ?? []) as { digest: string }[];
}

function metadataProblem(raw: RawImage): string {
  const metadata = raw.dockerImageMetadata;
  if (metadata === undefined || metadata === null) return 'dockerImageMetadata is missing';
  if (typeof metadata !== 'object' || Array.isArray(metadata)) return 'dockerImageMetadata is not an object';
  for (const [field, type] of Object.entries(METADATA_TYPES)) {
    const value = (metadata as Record<string, unknown>)[field];
    if (value !== undefined && value !== null && typeof value !== type)
      return `dockerImageMetadata.${field} is not ${type === 'object' ? 'an' : 'a'} ${type}`;
  }
  return (
    listProblem(raw.dockerImageLayers, 'dockerImageLayers', 'name') ||
    listProblem(raw.dockerImageManifests, 'dockerImageManifests', 'digest')
  );
}

function listProblem(list: unknown, field: string, key: string): string {
  if (list === undefined || list === null) return '';
  if (!Array.isArray(list)) return `${field} is not a list`;
  const wrong = list.findIndex((entry) => typeof (entry as Record<string, unknown> | null)?.[key] !== 'string');
  return wrong === -1 ? '' : `${field}[${wrong}].${key} is not a string`;
}
