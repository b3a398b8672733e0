import { hasConfigBlob } from '../../model/image.js';
import type { KubeObject } from '../../model/kube.js';

/** Collects digests from the objects of a list, one by one. */
export interface Collector {
  add(item: KubeObject): void;
}

/** Collects what Image objects use. Digests are 64 hex digits without their algorithm. */
export class ImageUses implements Collector {
  /** Each blob in use, with the digest of an image that uses it. */
  readonly inUse = new Map<string, string>();
  readonly names = new Set<string>();
  /** Children of each image index. */
  readonly children = new Map<string, string[]>();

  add(image: KubeObject): void {
    const { name } = image.metadata;
    const hex = hexOf(name);
    if (hex) this.names.add(hex);
    this.addUse(name, name);
    if (hasConfigBlob(image.dockerImageManifestMediaType))
      this.addUse((image.dockerImageMetadata as { Id?: string } | undefined)?.Id, name);
    for (const layer of listOf<{ name?: string }>(image.dockerImageLayers)) this.addUse(layer.name, name);
    const children = listOf<{ digest?: string }>(image.dockerImageManifests).map(({ digest }) => hexOf(digest));
    if (hex && children.length > 0)
      this.children.set(
        hex,
        children.filter((child) => child !== undefined),
      );
  }

  private addUse(digest: string | undefined, image: string): void {
    const hex = hexOf(digest);
    if (hex && !this.inUse.has(hex)) this.inUse.set(hex, image);
  }
}

/** Collects the images in the status of each image stream (`namespace/name`). */
export class StreamLists implements Collector {
  readonly listed = new Map<string, Set<string>>();

  add({ metadata, status }: KubeObject): void {
    const listed = new Set<string>();
    for (const { items } of listOf<{ items?: unknown }>(status?.tags)) {
      for (const { image } of listOf<{ image?: string }>(items)) {
        const hex = hexOf(image);
        if (hex) listed.add(hex);
      }
    }
    this.listed.set(`${metadata.namespace}/${metadata.name}`, listed);
  }
}

function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

function hexOf(digest: string | undefined): string | undefined {
  return digest?.startsWith('sha256:') && digest.length === 71 ? digest.slice(7) : undefined;
}
