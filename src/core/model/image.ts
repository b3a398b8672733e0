import { isDigest, parseDigest } from './digest.js';
import type { KubeObject } from './kube.js';

/** An Image object, reduced to what decisions need. Times are in ms since the epoch, sizes in bytes. */
export interface ImageRecord {
  /** Digest of the manifest, which is the object's name. */
  name: string;
  uid: string;
  created: number;
  /** True if it was pushed (annotation `openshift.io/image.managed: "true"`), not imported. */
  managed: boolean;
  /** `dockerImageReference`. */
  reference: string;
  /** `dockerImageMetadata.Size`, which size limits apply to. */
  size: number;
  /** Digest of the config blob; empty if this kind of manifest has none. */
  config: string;
  layers: { digest: string; size: number }[];
  /** Digests that an image index or manifest list names. */
  children: string[];
  /** True for an OCI manifest, index or artifact, or one without a type, which can have a `subject`. */
  oci: boolean;
  /**
   * Digest of the `subject` in its own manifest (`dockerImageManifest`), or empty if that has none. Absent if the
   * object does not contain the manifest of an OCI image, as most do not.
   */
  subject?: string;
  /** True if its metadata names an architecture, as that of container images does. Artifacts have none. */
  hasPlatform: boolean;
  /** What is wrong with its metadata, or empty. Such an image stops the deletion of images. */
  unreadable: string;
  /**
   * Whether its manifest names more than the object: `certain` if the object states a size, but no layers (such an
   * image stops the deletion of images, too), `possible` if it lacks a media type, a config or the manifests of an
   * index. Absent: it does not.
   */
  gap?: Gap;
  /** Digests that only its manifest names: they are kept with the image, but not deleted with it. */
  needs?: string[];
}

/** See `ImageRecord.gap`. */
export type Gap = 'certain' | 'possible';

/** What is wrong with an image whose gap is certain. */
export const NO_LAYERS = 'dockerImageLayers is empty, although the image has a size or is an OCI artifact';

/** Media types of manifests whose config is a blob. */
const WITH_CONFIG: ReadonlySet<unknown> = new Set([
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
]);

/**
 * Returns true for media types of manifests whose config (`dockerImageMetadata.Id`) is a blob. It is in use as long as
 * the image exists.
 */
export function hasConfigBlob(mediaType: unknown): boolean {
  return WITH_CONFIG.has(mediaType);
}

/** Media types of schema 1 manifests, which have no config blob. */
const SCHEMA_1: ReadonlySet<unknown> = new Set([
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
]);

/** Media type of artifact manifests of an early draft of OCI 1.1. The API server does not read what they name. */
export const OCI_ARTIFACT = 'application/vnd.oci.artifact.manifest.v1+json';

/** Media types of manifests that name other manifests, and no blobs of their own. */
const INDEXES: ReadonlySet<unknown> = new Set([
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
]);

/**
 * Returns true if an Image object names all blobs of its image, or all children of an image index. A name that is not a
 * digest counts here: see `mayNameOthers`.
 */
export function namesItsBlobs(image: KubeObject): boolean {
  const raw = image as RawImage;
  const type = raw.dockerImageManifestMediaType;
  if (INDEXES.has(type)) return listsDigests(raw.dockerImageManifests);
  if (!Array.isArray(raw.dockerImageLayers) || listProblem(raw.dockerImageLayers, 'layers', 'name') !== '')
    return false;
  return hasConfigBlob(type) ? namesConfig(raw.dockerImageMetadata) : SCHEMA_1.has(type);
}

/**
 * Returns true if an Image object states its layers in a way that its manifest may not: none although it has a size, or
 * names that are not digests. Such an object is valid, and tenants can cause it.
 */
export function mayNameOthers(image: KubeObject): boolean {
  const { dockerImageManifestMediaType: type, dockerImageLayers: layers } = image as RawImage;
  if (INDEXES.has(type) || !Array.isArray(layers)) return false;
  return lacksLayers(image) || layers.some((layer: { name?: unknown } | null) => !parseDigest(layer?.name));
}

/**
 * Returns true if an Image object states a size, but no layers. Its manifest names at least one blob: usually layers,
 * and for an image of a config alone the config.
 */
export function lacksLayers(image: KubeObject): boolean {
  return hasNoLayers(image) && statedSize(image) > 0;
}

/** Returns true if an Image object states that its image, which is not an index, has no layers. */
export function hasNoLayers(image: KubeObject): boolean {
  const { dockerImageManifestMediaType: type, dockerImageLayers: layers } = image as RawImage;
  return !INDEXES.has(type) && Array.isArray(layers) && layers.length === 0;
}

/** Returns the size that an Image object states, in bytes; 0 if it states none. */
function statedSize({ dockerImageMetadata }: KubeObject): number {
  const { Size: size } = (dockerImageMetadata ?? {}) as { Size?: unknown };
  return typeof size === 'number' ? size : 0;
}

function namesConfig(metadata: unknown): boolean {
  return parseDigest((metadata as { Id?: unknown } | null | undefined)?.Id) !== undefined;
}

function listsDigests(manifests: unknown): boolean {
  return (
    Array.isArray(manifests) &&
    manifests.length > 0 &&
    manifests.every((entry: { digest?: unknown } | null) => parseDigest(entry?.digest) !== undefined)
  );
}

/**
 * Returns whether the manifest of an image names more than its object. Names that are not digests are found when the
 * image is packed.
 */
function gapOf(raw: RawImage): Gap | undefined {
  const { dockerImageManifestMediaType: type, dockerImageManifests: manifests } = raw;
  if (INDEXES.has(type)) return Array.isArray(manifests) && manifests.length > 0 ? undefined : 'possible';
  if (lacksLayers(raw) || (type === OCI_ARTIFACT && hasNoLayers(raw))) return 'certain';
  if (hasConfigBlob(type)) return (raw.dockerImageMetadata as { Id?: unknown }).Id ? undefined : 'possible';
  return SCHEMA_1.has(type) ? undefined : 'possible';
}

/**
 * Returns what could be the config of an image without a known media type. Whether it is one depends on the type, so
 * it is kept with the image, but not deleted with it.
 */
function possibleConfig({ dockerImageManifestMediaType: type, dockerImageMetadata }: RawImage): string[] {
  const { Id: id } = dockerImageMetadata as { Id?: string };
  return id && !hasConfigBlob(type) && !INDEXES.has(type) && isDigest(id) ? [id] : [];
}

/** Expected types of the fields of `dockerImageMetadata`. With another type, the metadata cannot be read. */
const METADATA_TYPES = Object.entries({
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
});

interface RawImage extends KubeObject {
  dockerImageReference?: string;
  dockerImageManifestMediaType?: string;
  dockerImageMetadata?: unknown;
  dockerImageLayers?: unknown;
  dockerImageManifests?: unknown;
}

/** Reduces an Image object. Never throws: `unreadable` states what cannot be read. */
export function reduceImage(object: KubeObject): ImageRecord {
  const raw = object as RawImage;
  const mediaType = textOf(raw.dockerImageManifestMediaType);
  const metadata = (raw.dockerImageMetadata ?? {}) as { Id?: string; Size?: number; Architecture?: string };
  const unreadable = metadataProblem(raw);
  const gap = unreadable === '' ? gapOf(raw) : undefined;
  const needs = gap ? possibleConfig(raw) : [];
  return {
    name: raw.metadata.name,
    uid: textOf(raw.metadata.uid),
    created: Date.parse(textOf(raw.metadata.creationTimestamp)),
    managed: raw.metadata.annotations?.['openshift.io/image.managed'] === 'true',
    reference: textOf(raw.dockerImageReference),
    size: unreadable ? 0 : (metadata.Size ?? 0),
    config: !unreadable && hasConfigBlob(mediaType) ? (metadata.Id ?? '') : '',
    layers: unreadable ? [] : layersOf(raw).map(({ name, size }) => ({ digest: name, size: size ?? 0 })),
    children: unreadable ? [] : manifestsOf(raw).map(({ digest }) => digest),
    oci: mediaType === '' || mediaType === OCI_ARTIFACT || mediaType.startsWith('application/vnd.oci.image.'),
    hasPlatform: !unreadable && Boolean(metadata.Architecture),
    unreadable,
    ...(gap && { gap }),
    ...(needs.length > 0 && { needs }),
  };
}

/** Returns a text; empty for a value of another type, which only a saved list can contain. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
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
  for (const [field, type] of METADATA_TYPES) {
    const value = (metadata as Record<string, unknown>)[field];
    if (value !== undefined && value !== null && typeof value !== type)
      return `dockerImageMetadata.${field} is not ${type === 'object' ? 'an' : 'a'} ${type}`;
  }
  return (
    listProblem(raw.dockerImageLayers, 'dockerImageLayers', 'name') ||
    listProblem(raw.dockerImageManifests, 'dockerImageManifests', 'digest') ||
    missingList(raw)
  );
}

/** Without a list, nothing says what the image consists of; an empty one says that there is nothing. */
function missingList({ dockerImageManifestMediaType, dockerImageLayers, dockerImageManifests }: RawImage): string {
  if (INDEXES.has(dockerImageManifestMediaType))
    return Array.isArray(dockerImageManifests) ? '' : 'dockerImageManifests is missing';
  return Array.isArray(dockerImageLayers) || Array.isArray(dockerImageManifests) ? '' : 'dockerImageLayers is missing';
}

function listProblem(list: unknown, field: string, key: string): string {
  if (list === undefined || list === null) return '';
  if (!Array.isArray(list)) return `${field} is not a list`;
  const wrong = list.findIndex((entry) => typeof (entry as Record<string, unknown> | null)?.[key] !== 'string');
  return wrong === -1 ? '' : `${field}[${wrong}].${key} is not a string`;
}
