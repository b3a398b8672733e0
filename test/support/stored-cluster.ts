import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClusterApi } from '../../src/core/cluster/api.js';
import {
  EXTENDED_REFERRERS,
  IMAGES,
  IMAGE_STREAMS,
  LIMIT_RANGES,
  REFERRERS,
} from '../../src/core/cluster/resources.js';
import { sha256Digest, type Digest } from '../../src/core/model/digest.js';
import type { KubeObject } from '../../src/core/model/kube.js';
import { HOST } from './builders.js';
import { aResponse, fakeApi } from './fake-api.js';
import { temporaryDirectory } from './storage-tree.js';

const OCI = 'application/vnd.oci.image';
const DOCKER = 'application/vnd.docker';
const MANAGED = { 'openshift.io/image.managed': 'true' };

/** An image to push. */
interface ImageToPush {
  oci?: boolean;
  /** Contents of its layers. */
  layers: string[];
  /** Further layers in its manifest that are not stored: their media type, and the URLs to download them from. */
  foreign?: { mediaType: string; digest: Digest; size: number; urls?: string[] }[];
  /** False: no Image object is created. */
  withObject?: boolean;
}

/**
 * A cluster and the directory of its registry, with manifests and blobs whose digests are true, as pushes leave them
 * behind.
 */
export class StoredCluster {
  readonly directory = temporaryDirectory();
  readonly root = path.join(this.directory, 'docker/registry/v2');
  /** The objects of the API, by resource. Tests can change them. */
  readonly objects: Record<string, KubeObject[]> = { images: [], imagestreams: [], pods: [] };

  constructor() {
    for (const name of ['blobs/sha256', 'repositories']) mkdirSync(path.join(this.root, name), { recursive: true });
  }

  /** Pushes an image to a repository by its digest. @returns its digest */
  push(repository: string, { oci = false, layers, foreign = [], withObject = true }: ImageToPush): Digest {
    const config = this.blob(repository, JSON.stringify({ architecture: 'amd64', layers }));
    const stored = layers.map((content) => ({
      mediaType: oci ? `${OCI}.layer.v1.tar+gzip` : `${DOCKER}.image.rootfs.diff.tar.gzip`,
      ...this.blob(repository, content),
    }));
    const all = [...stored, ...foreign];
    const mediaType = oci ? `${OCI}.manifest.v1+json` : `${DOCKER}.distribution.manifest.v2+json`;
    const digest = this.manifest(repository, { schemaVersion: 2, mediaType, config, layers: all });
    const distinct = new Map([config, ...all].map(({ digest: name, size }) => [name, size]));
    if (withObject)
      this.addImage(repository, digest, {
        dockerImageMetadata: { Id: config.digest, Size: [...distinct.values()].reduce((sum, size) => sum + size, 0) },
        dockerImageManifestMediaType: mediaType,
        dockerImageLayers: all.map(({ digest: name, size, mediaType: type }) => ({ name, size, mediaType: type })),
      });
    return digest;
  }

  /** Pushes an image index of images in the same repository. @returns its digest */
  pushIndex(repository: string, children: Digest[], nested = false): Digest {
    const mediaType = `${OCI}.index.v1+json`;
    const type = nested ? mediaType : `${OCI}.manifest.v1+json`;
    const manifests = children.map((digest) => ({ mediaType: type, digest, size: 1 }));
    const digest = this.manifest(repository, { schemaVersion: 2, mediaType, manifests });
    this.addImage(repository, digest, {
      dockerImageMetadata: { Id: '', Size: 0 },
      dockerImageManifestMediaType: mediaType,
      dockerImageManifests: manifests,
    });
    return digest;
  }

  /** Adds an Image object. */
  addImage(repository: string, digest: Digest, more: object, annotations: object = MANAGED): void {
    this.objects.images!.push({
      metadata: { name: digest, uid: `uid-${digest.slice(7, 15)}`, annotations },
      dockerImageReference: `${HOST}/${repository}@${digest}`,
      ...more,
    } as KubeObject);
  }

  /** Lists images under a tag of a stream. @param from where they are pulled from; default: the stream's repository */
  tag(stream: string, tag: string, images: Digest[], from = `${HOST}/${stream}`): void {
    const [namespace, name] = stream.split('/') as [string, string];
    let object = this.objects.imagestreams!.find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
    );
    if (!object) {
      const status = { dockerImageRepository: `${HOST}/${stream}`, tags: [] };
      object = { metadata: { namespace, name, uid: `uid-${stream}`, resourceVersion: '1' }, spec: {}, status };
      this.objects.imagestreams!.push(object);
    }
    const items = images.map((image) => ({
      image,
      created: '2025-12-01T00:00:00Z',
      dockerImageReference: `${from}@${image}`,
    }));
    (object.status!.tags as object[]).push({ tag, items });
  }

  /** Path of a blob's data. */
  blobFile(digest: string): string {
    return path.join(this.root, 'blobs/sha256', digest.slice(7, 9), digest.slice(7), 'data');
  }

  /** Path of a link. */
  linkFile(repository: string, kind: 'layer' | 'manifest', digest: string): string {
    const directory = kind === 'layer' ? '_layers' : '_manifests/revisions';
    return path.join(this.root, 'repositories', repository, directory, 'sha256', digest.slice(7), 'link');
  }

  /** Returns an API server that lists the objects. @param onRequest called with each path */
  api(onRequest: (path: string) => void = () => {}): ClusterApi {
    const listed = [IMAGES, IMAGE_STREAMS, LIMIT_RANGES, ...REFERRERS, ...EXTENDED_REFERRERS];
    return fakeApi(({ path: requested }) => {
      onRequest(requested);
      const [last = '', parent = ''] = requested.split('/').reverse();
      const resource = listed.find((one) => one.resource === last);
      if (resource) {
        const { kind, group, version } = resource;
        const apiVersion = group === '' ? version : `${group}/${version}`;
        const items = this.objects[last] ?? [];
        return aResponse(200, { kind: `${kind}List`, apiVersion, metadata: { resourceVersion: '1' }, items });
      }
      const object = this.objects[parent]?.find(({ metadata }) => metadata.name === last);
      if (object) return aResponse(200, { kind: 'Image', apiVersion: 'image.openshift.io/v1', ...object });
      const details = { group: 'image.openshift.io', kind: parent, name: last };
      return aResponse(404, { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404, details });
    }).api;
  }

  /** Stores a blob with its link. */
  blob(repository: string, content: string): { digest: Digest; size: number } {
    const digest = this.write(content);
    writeFile(this.linkFile(repository, 'layer', digest), digest);
    return { digest, size: Buffer.byteLength(content) };
  }

  private manifest(repository: string, manifest: object): Digest {
    const digest = this.write(JSON.stringify(manifest));
    writeFile(this.linkFile(repository, 'manifest', digest), digest);
    return digest;
  }

  private write(content: string): Digest {
    const digest = sha256Digest(createHash('sha256').update(content).digest('hex'));
    writeFile(this.blobFile(digest), content);
    return digest;
  }
}

function writeFile(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}
