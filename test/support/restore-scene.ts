import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { KubeObject } from '../../src/core/model/kube.js';
import type { PushedImage, Sandbox } from '../../src/sandbox/index.js';
import { filesBelow } from './storage-tree.js';

/** The images of the scene, by what is special about them. */
export interface Scene {
  /** Four revisions of `shop/app:latest`, newest first, which share a layer. */
  revisions: PushedImage[];
  /** Docker schema 2, in `shop/app:docker`. */
  docker: PushedImage;
  /** An index in `shop/multi:latest`, and its children. */
  index: PushedImage;
  children: PushedImage[];
}

/** Time of the n-th push. */
const at = (hour: number): string => `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`;

/**
 * Fills a sandbox: OCI images, Docker schema 2, an index with children, several tags and positions, shared layers, and
 * tags that `oc tag` made. The newest item of each tag is kept by a prune with `--keep-tag-revisions=1`.
 */
export function fillShop({ registry, store }: Sandbox): Scene {
  const push = (repository: string, tag: string | undefined, hour: number, more: object): PushedImage =>
    registry.push(repository, tag, { created: at(hour), ...more });
  const pushed = [1, 2, 3, 4].map((hour) => push('shop/app', 'latest', hour, { layers: ['base', `revision ${hour}`] }));
  const docker = push('shop/app', 'docker', 5, { layers: ['base', 'docker'], format: 'docker' });
  push('shop/app', 'docker', 6, { layers: ['base', 'newer'], format: 'docker' });
  const children = ['amd64', 'arm64'].map((name) =>
    push('shop/multi', undefined, 7, { layers: [name], config: { architecture: name } }),
  );
  const index = push('shop/multi', 'latest', 8, { manifests: children.map((child) => child.digest) });
  push('shop/multi', 'latest', 9, { layers: ['single'] });
  const newestFirst = pushed.toReversed();
  promote(store, newestFirst);
  label(store, docker.digest);
  return { revisions: newestFirst, docker, index, children };
}

/** Adds `shop/promoted:prod`, whose items `oc tag` copied from `shop/app`. */
function promote(store: Sandbox['store'], revisions: PushedImage[]): void {
  const app = store.get('imagestreams', 'shop', 'app')!;
  const { tags } = app.status as { tags: { tag: string; items: { image: string }[] }[] };
  const items = tags
    .find(({ tag }) => tag === 'latest')!
    .items.filter(({ image }) => revisions.slice(0, 3).some(({ digest }) => digest === image));
  store.put('imagestreams', {
    metadata: { namespace: 'shop', name: 'promoted', labels: { team: 'shop' }, annotations: { note: 'kept' } },
    spec: { lookupPolicy: { local: true } },
    status: { dockerImageRepository: 'registry/shop/promoted', tags: [{ tag: 'prod', items }] },
  });
}

/** Adds a label and an annotation that no push sets. */
function label(store: Sandbox['store'], name: string): void {
  const image = store.get('images', name)!;
  const { annotations } = image.metadata;
  const metadata = { ...image.metadata, labels: { team: 'shop' }, annotations: { ...annotations, note: 'kept' } };
  store.put('images', { ...image, metadata });
}

/** What a restore must bring back: tag items, Image objects, and the files of the registry. */
export interface ShopState {
  streams: Record<string, unknown>;
  images: Record<string, unknown>;
  files: Record<string, string>;
}

/** Describes a sandbox without what differs in objects that were created again. */
export function stateOf({ store, storageDir }: Sandbox): ShopState {
  const streams = store.list('imagestreams').map(({ metadata, status }) => {
    return [`${metadata.namespace}/${metadata.name}`, status?.tags];
  });
  const images = store.list('images').map((image) => [image.metadata.name, withoutIdentity(image)]);
  const files = filesBelow(storageDir).map((file) => [file, checksum(path.join(storageDir, file))]);
  return {
    streams: Object.fromEntries(streams) as ShopState['streams'],
    images: Object.fromEntries(images) as ShopState['images'],
    files: Object.fromEntries(files) as ShopState['files'],
  };
}

/** The registry also writes the time of the push into the metadata of an index. */
function withoutIdentity(image: KubeObject): unknown {
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, ...metadata } = image.metadata;
  const isIndex = image.dockerImageManifests !== undefined;
  const content = isIndex ? { dockerImageMetadata: { ...(image.dockerImageMetadata as object), Created: '' } } : {};
  return JSON.parse(JSON.stringify({ ...image, ...content, metadata }));
}

/** Keeps a copy of a sandbox. @returns a function that sets the sandbox back to it */
export function keepState({ store, storageDir }: Sandbox, directory: string): () => void {
  const kinds = ['namespaces', 'imagestreams', 'images'];
  const kept = kinds.map((kind) => store.list(kind));
  cpSync(storageDir, directory, { recursive: true });
  return () => {
    for (const [at, kind] of kinds.entries()) {
      for (const { metadata } of store.list(kind)) {
        if (metadata.namespace === undefined) store.remove(kind, metadata.name);
        else store.remove(kind, metadata.namespace, metadata.name);
      }
      for (const object of kept[at]!) store.put(kind, object);
    }
    rmSync(storageDir, { recursive: true });
    cpSync(directory, storageDir, { recursive: true });
  };
}

function checksum(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
