import { createHash } from 'node:crypto';
import { sha256Digest, type Digest } from '../../src/core/model/digest.js';
import type { PruneOptions } from '../../src/core/graph/options.js';
import { buildSnapshot } from '../../src/core/model/table/build-snapshot.js';
import type { KubeObject } from '../../src/core/model/kube.js';
import type { Snapshot } from '../../src/core/model/table/snapshot.js';

/** The current time in every test with builders. */
export const NOW = Date.parse('2026-01-01T00:00:00Z');

const LONG_AGO = '2025-12-01T00:00:00Z';
/** Host of the registry in references. */
export const HOST = 'registry.example.org:5000';
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

/** Returns the digest for a name: reproducible, and distributed like real digests. */
export function digest(name: string | number): Digest {
  return sha256Digest(createHash('sha256').update(String(name)).digest('hex'));
}

/** An object together with the list of the API server that it belongs to. */
export interface Built {
  resource: string;
  object: KubeObject;
}

/** Builds an Image object: pushed a month ago, Docker schema 2, without layers until `withLayers`. */
class ImageBuilder implements Built {
  readonly resource = 'images';
  readonly object: KubeObject;
  private layers: { name: string; size: number; mediaType: string }[] = [];

  constructor(name: string) {
    this.object = {
      metadata: {
        name,
        uid: `uid-of-${name.slice(7, 15)}`,
        creationTimestamp: LONG_AGO,
        annotations: { 'openshift.io/image.managed': 'true' },
      },
      dockerImageReference: `${HOST}/ns/app@${name}`,
      dockerImageMetadata: { Id: '', Size: 0 },
      dockerImageManifestMediaType: MANIFEST,
      dockerImageLayers: this.layers,
    };
  }

  /** Sets the repository that it was pushed to: `namespace/name`. */
  in(repository: string): this {
    this.object.dockerImageReference = `${HOST}/${repository}@${this.object.metadata.name}`;
    return this;
  }

  withReference(reference: string): this {
    this.object.dockerImageReference = reference;
    return this;
  }

  /** Adds layers of 1000 bytes each (default). */
  withLayers(digests: string[], size = 1000): this {
    this.layers.push(
      ...digests.map((name) => ({ name, size, mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' })),
    );
    this.metadata.Size += digests.length * size;
    return this;
  }

  withConfig(id: string, size = 100): this {
    this.metadata.Id = id;
    this.metadata.Size += size;
    return this;
  }

  /** Turns it into an image index of these images. */
  withChildren(digests: string[]): this {
    this.object.dockerImageManifestMediaType = INDEX;
    this.object.dockerImageManifests = digests.map((name) => ({
      digest: name,
      mediaType: MANIFEST,
      architecture: 'amd64',
      os: 'linux',
    }));
    return this;
  }

  created(time: string): this {
    this.object.metadata.creationTimestamp = time;
    return this;
  }

  /** Marks it as imported from another registry instead of pushed. */
  imported(): this {
    this.object.metadata.annotations = {};
    return this;
  }

  private get metadata(): { Id: string; Size: number } {
    return this.object.dockerImageMetadata as { Id: string; Size: number };
  }
}

/** Builds an ImageStream object: a month old, without tags until `withTag`. */
class ImageStreamBuilder implements Built {
  readonly resource = 'imagestreams';
  readonly object: KubeObject;
  private readonly tags: { tag: string; items: { image: string; created: string }[] }[] = [];

  constructor(namespace: string, name: string) {
    this.object = {
      metadata: {
        namespace,
        name,
        uid: `uid-of-${namespace}-${name}`,
        resourceVersion: '1',
        creationTimestamp: LONG_AGO,
      },
      spec: {},
      status: { dockerImageRepository: `${HOST}/${namespace}/${name}`, tags: this.tags },
    };
  }

  /** Adds a tag with its items, newest first, all created at the same time. */
  withTag(tag: string, images: string[], created = LONG_AGO): this {
    this.tags.push({ tag, items: images.map((image) => ({ image, created })) });
    return this;
  }

  /** Adds the annotation of an interrupted run: digests whose links can still exist. */
  withPending(digests: string[]): this {
    this.object.metadata.annotations = { 'regadm/pending': digests.join(',') };
    return this;
  }

  created(time: string): this {
    this.object.metadata.creationTimestamp = time;
    return this;
  }
}

/** Builds a running Pod, a month old. */
class PodBuilder implements Built {
  readonly resource = 'pods';
  readonly object: KubeObject;
  private readonly containers: { name: string; image: string }[] = [];

  constructor(namespace: string, name: string) {
    this.object = {
      metadata: { namespace, name, uid: `uid-of-${namespace}-${name}`, creationTimestamp: LONG_AGO },
      spec: { containers: this.containers },
      status: { phase: 'Running' },
    };
  }

  /** Adds a container with this image; containers are named c0, c1, … */
  running(image: string): this {
    this.containers.push({ name: `c${this.containers.length}`, image });
    return this;
  }

  inPhase(phase: string): this {
    this.object.status = { ...this.object.status, phase };
    return this;
  }
}

export function anImage(name: string): ImageBuilder {
  return new ImageBuilder(name);
}

/** `anImageStream('ns/app').withTag('latest', [d1, d2])` */
export function anImageStream(key: string): ImageStreamBuilder {
  return new ImageStreamBuilder(...namespaceAndName(key));
}

/** `aPod('ns/web').running('registry.example.org:5000/ns/app:latest')` */
export function aPod(key: string): PodBuilder {
  return new PodBuilder(...namespaceAndName(key));
}

/** Builds an image with a config and two layers that no other image has. */
export function anOrdinaryImage(name: string): ImageBuilder {
  return anImage(digest(name))
    .withConfig(digest(`${name} config`))
    .withLayers([digest(`${name} layer 1`), digest(`${name} layer 2`)]);
}

/** Returns the objects as lists by resource name. */
export function aCluster(...built: Built[]): Record<string, KubeObject[]> {
  const lists: Record<string, KubeObject[]> = {};
  for (const { resource, object } of built) (lists[resource] ??= []).push(object);
  return lists;
}

/** Returns the snapshot of a cluster with these objects. */
export function aSnapshot(...built: Built[]): Snapshot {
  return buildSnapshot(aCluster(...built));
}

/** Returns the options of a run without flags, with `overrides`. */
export function pruneOptions(overrides: Partial<PruneOptions> = {}): PruneOptions {
  return {
    keepTagRevisions: 3,
    keepYoungerThanMs: 3_600_000,
    pruneOverSizeLimit: false,
    all: true,
    pruneRegistry: true,
    referrers: 'extended',
    ignoreInvalidRefs: false,
    pruneSignatures: false,
    ...overrides,
  };
}

function namespaceAndName(key: string): [string, string] {
  const [namespace = '', name = ''] = key.split('/');
  return [namespace, name];
}
