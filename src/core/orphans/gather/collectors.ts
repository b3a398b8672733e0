import { isDigest, parseDigest, sha256Hex } from '../../model/digest.js';
import { hasConfigBlob, hasNoLayers, lacksLayers, mayNameOthers, namesItsBlobs } from '../../model/image.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import type { KubeObject } from '../../model/kube.js';
import { addInvalidName, type InvalidNames } from '../../model/names/invalid-names.js';
import { quote } from '../../model/names/quote.js';
import { hostIn } from '../../model/image-stream.js';
import { followedImages, sourceStream } from '../../model/referrers/stream.js';
import { listOf } from '../../model/values/json.js';
import { addOtherChildren, parseManifestDigests } from './manifest.js';

/** Collects digests from the objects of a list, one by one. */
export interface Collector {
  add(item: KubeObject): void;
}

/** Maximum number of images whose invalid names are stored: tenants choose how many there are. */
const INVALID_STORED = 20;

/** Collects what Image objects use. Digests are 64 hex digits without their algorithm. */
export class ImageUses implements Collector {
  /** Each blob in use, with the digest of an image that uses it. */
  readonly inUse = new Map<string, string>();
  /** Digests of other algorithms, with an image that names them. */
  readonly otherDigests = new Map<string, string>();
  /** Children of image indexes among those, by the index. */
  readonly otherChildren = new Map<string, Set<string>>();
  readonly names = new Set<string>();
  /** Children of each image index. */
  readonly children = new Map<string, string[]>();
  /** Images whose objects do not name all their blobs. */
  readonly incomplete: string[] = [];
  /** Images whose objects state a size, but no layers, or invalid layer names: their manifests may name others. */
  readonly doubtful = new Set<string>();
  /** Images whose objects name no layers and state no size: nothing says that their manifests name any. */
  readonly withoutLayers = new Set<string>();
  /**
   * Images among those that have more blobs than their objects name: the object states a size, but no layers, or the
   * manifest in it names further blobs.
   */
  readonly understated: string[] = [];
  /** Images among those whose objects contain their manifest, which names what they use. */
  readonly embedded = new Set<string>();
  /** Managed images whose reference is in the registry. */
  readonly managed = new Set<string>();
  /** When the newest image was created, in ms since the epoch. */
  newest: number | undefined;

  /** Names that are not digests, of the first images that have any; they name no blob. */
  readonly invalid = new Map<string, InvalidNames>();
  /** Number of images with such names. */
  invalidCount = 0;
  private ofImage: InvalidNames | undefined;

  /** @param hosts the registry's hosts, as image streams state them; empty: unknown, so any reference counts */
  constructor(private readonly hosts: ReadonlySet<string> = new Set()) {}

  add(image: KubeObject): void {
    const { name } = image.metadata;
    const hex = hexOf(name);
    if (hex) this.names.add(hex);
    if (hex) this.checkBlobs(hex, image);
    if (hex && this.isManaged(image)) this.managed.add(hex);
    this.noteCreation(image);
    this.ofImage = undefined;
    this.addUse(name, 'metadata.name', name);
    if (hasConfigBlob(image.dockerImageManifestMediaType))
      this.addUse((image.dockerImageMetadata as { Id?: unknown } | undefined)?.Id, 'dockerImageMetadata.Id', name);
    for (const layer of listOf<{ name?: unknown }>(image.dockerImageLayers))
      this.addUse(layer?.name, 'dockerImageLayers.name', name);
    const digests = listOf<{ digest?: unknown }>(image.dockerImageManifests).map((child) => child?.digest);
    for (const digest of digests) this.addOther(digest, name);
    this.noteInvalid(name);
    if (hex && digests.length > 0) this.addChildren(hex, digests);
  }

  private addChildren(index: string, names: readonly unknown[]): void {
    const digests = names.map(parseDigest).filter((digest) => digest !== undefined);
    const children = digests.map(sha256Hex).filter((child) => child !== undefined);
    this.children.set(index, [...(this.children.get(index) ?? []), ...children]);
    addOtherChildren(
      this,
      index,
      digests.filter((digest) => !sha256Hex(digest)),
    );
  }

  private checkBlobs(hex: string, image: KubeObject): void {
    if (!namesItsBlobs(image)) this.incomplete.push(hex);
    else if (mayNameOthers(image)) this.doubtful.add(hex);
    else if (hasNoLayers(image)) this.withoutLayers.add(hex);
    else return;
    const named = this.addEmbedded(hex, image);
    if (!namesItsBlobs(image)) return;
    const stated = named && blobsOf(image);
    if (named ? named.some((blob) => !stated!.has(blob)) : lacksLayers(image)) this.understated.push(hex);
  }

  /**
   * Adds what the manifest in an Image object names.
   * @returns the blobs; undefined if there is no valid manifest, so that the one in the storage must be read
   */
  private addEmbedded(hex: string, { metadata, dockerImageManifest: text }: KubeObject): string[] | undefined {
    if (typeof text !== 'string' || text === '') return undefined;
    try {
      const { blobs, children, others, otherChildren } = parseManifestDigests(text);
      for (const digest of others) this.otherDigests.set(digest, metadata.name);
      for (const blob of blobs) if (!this.inUse.has(blob)) this.inUse.set(blob, metadata.name);
      if (children.length + otherChildren.length > 0) this.children.set(hex, children);
      addOtherChildren(this, hex, otherChildren);
      this.embedded.add(hex);
      return blobs;
    } catch {
      return undefined;
    }
  }

  private isManaged({ metadata, dockerImageReference }: KubeObject): boolean {
    if (metadata.annotations?.['openshift.io/image.managed'] !== 'true') return false;
    return this.hosts.size === 0 || this.hosts.has(hostIn(dockerImageReference));
  }

  private noteCreation({ metadata }: KubeObject): void {
    const created = Date.parse(metadata.creationTimestamp ?? '');
    if (created > (this.newest ?? -Infinity)) this.newest = created;
  }

  private addUse(digest: unknown, field: string, image: string): void {
    const hex = hexOf(digest);
    if (hex && !this.inUse.has(hex)) this.inUse.set(hex, image);
    if (!hex) this.addOther(digest, image);
    // An image without a config states an empty one.
    if (typeof digest === 'string' && digest !== '' && !isDigest(digest))
      this.ofImage = addInvalidName(this.ofImage, field, digest);
  }

  private addOther(name: unknown, image: string): void {
    const digest = parseDigest(name);
    if (digest && !sha256Hex(digest)) this.otherDigests.set(digest, image);
  }

  private noteInvalid(image: string): void {
    if (!this.ofImage) return;
    this.invalidCount++;
    if (this.invalid.size < INVALID_STORED) this.invalid.set(image, this.ofImage);
  }
}

/** Returns the config and the layers that an Image object names, as the registry's own pruner reads it. */
function blobsOf({
  dockerImageManifestMediaType: type,
  dockerImageMetadata,
  dockerImageLayers,
}: KubeObject): Set<string> {
  const { Id: config } = (dockerImageMetadata ?? {}) as { Id?: unknown };
  const layers = listOf<{ name?: unknown }>(dockerImageLayers).map((layer) => layer?.name);
  const named = [...(hasConfigBlob(type) ? [config] : []), ...layers].map(hexOf);
  return new Set(named.filter((hex) => hex !== undefined));
}

interface StreamItem {
  image?: unknown;
  dockerImageReference?: unknown;
}

/** Collects the images that image streams list, and from which repositories their tags pull. */
export class StreamLists implements Collector {
  /** Images in the status of each image stream (`namespace/name`). */
  readonly listed = new Map<string, Set<string>>();
  /** Images that tags of other image streams pull from a repository (`namespace/name`). */
  readonly sources = new Map<string, Set<string>>();
  /** Hosts of the registry. */
  readonly hosts = new Set<string>();

  add(stream: KubeObject): void {
    const { metadata, spec, status } = stream;
    // Without a registry, the API server copies the repository that a tenant wrote to the status.
    if (!spec?.dockerImageRepository) this.addHosts(status);
    const listed = new Set<string>();
    const key = `${metadata.namespace}/${metadata.name}`;
    for (const tag of entriesOf<{ items?: unknown }>(status?.tags, key, 'status.tags')) {
      for (const item of entriesOf<StreamItem>(tag?.items, key, 'status.tags[].items')) {
        const hex = hexOf(item?.image);
        if (hex) listed.add(hex);
        this.addSource(sourceStream(item?.dockerImageReference, key), hex);
      }
    }
    this.listed.set(key, listed);
    for (const { repository, digest } of followedImages(stream)) this.addSource(repository, hexOf(digest));
  }

  private addSource(repository: string | undefined, hex: string | undefined): void {
    if (repository === undefined || hex === undefined) return;
    const images = this.sources.get(repository);
    if (images) images.add(hex);
    else this.sources.set(repository, new Set([hex]));
  }

  private addHosts(status: KubeObject['status']): void {
    for (const repository of [status?.dockerImageRepository, status?.publicDockerImageRepository]) {
      const host = hostIn(repository);
      if (host) this.hosts.add(host);
    }
  }
}

/**
 * Returns the entries of a list of a stream. Read as an empty list, anything else would make what it lists an orphan.
 * @throws RegadmError API_NOT_JSON
 */
function entriesOf<T>(list: unknown, stream: string, field: string): (T | null)[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list))
    throw new RegadmError(
      `the response to the list of image streams is not valid: ${field} of ${quote(stream)} is not a list`,
      {
        code: 'API_NOT_JSON',
        suggestions: [ADVICE.proxyInFront],
      },
    );
  return list as (T | null)[];
}

/** Returns the hexadecimal digits of a sha256 digest; undefined for everything else: the storage has no other blobs. */
function hexOf(digest: unknown): string | undefined {
  const parsed = parseDigest(digest);
  return parsed && sha256Hex(parsed);
}
