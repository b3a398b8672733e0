import { createHash } from 'node:crypto';
import { MEDIA } from '../registry/media-types.js';
import type { LazyObject } from '../api/store.js';
import type { KubeObject } from '../../core/model/kube.js';
import { DAY, SERVICE, type SampleBuilder } from './builder.js';

const PER_STREAM = 40;
const BASES = 20;
const LAYER_BYTES = 600;

interface Made {
  digest: string;
  layer: string;
  config: string;
  base: string;
  hours: number;
  repository: string;
}

/** Adds `count` further images in streams of 40 revisions; image objects and blobs are made when they are asked for. */
export function manyImages(sample: SampleBuilder, count: number): void {
  const { storage, store } = sample.context;
  const bases = Array.from({ length: BASES }, (_, at) => content(`base-${at}`, LAYER_BYTES * 20));
  for (const base of bases) storage.putBlob(base.digest, () => base.bytes());
  const made = Array.from({ length: count }, (_, at) => make(at, bases[at % BASES]!.digest));
  store.addLazy(
    'images',
    made.map((image): LazyObject => ({ name: image.digest, make: () => imageObject(sample, image) })),
  );
  made.forEach((image, at) => {
    const blobs = [content(`layer-${at}`, LAYER_BYTES), config(at)];
    for (const blob of blobs) storage.putBlob(blob.digest, () => blob.bytes());
    storage.putBlob(image.digest, () => manifest(at, image.base));
    storage.putLink('manifest', image.repository, image.digest);
    for (const digest of [image.base, image.layer, image.config]) storage.putLink('layer', image.repository, digest);
  });
  for (let first = 0; first < count; first += PER_STREAM) addStream(sample, made.slice(first, first + PER_STREAM));
}

interface Content {
  digest: string;
  bytes(): Buffer;
}

function content(seed: string, length: number): Content {
  const bytes = (): Buffer => Buffer.alloc(length, `${seed}\n`);
  return { digest: sha256(bytes()), bytes };
}

function config(at: number): Content {
  const bytes = (): Buffer =>
    Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Labels: { number: String(at) } } }));
  return { digest: sha256(bytes()), bytes };
}

function manifest(at: number, base: string): Buffer {
  const layers = [base, content(`layer-${at}`, LAYER_BYTES).digest];
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { mediaType: MEDIA.ociConfig, digest: config(at).digest, size: config(at).bytes().length },
      layers: layers.map((digest, index) => ({
        mediaType: MEDIA.ociLayer,
        digest,
        size: LAYER_BYTES * (index ? 1 : 20),
      })),
    }),
  );
}

function make(at: number, base: string): Made {
  const stream = Math.floor(at / PER_STREAM);
  return {
    digest: sha256(manifest(at, base)),
    layer: content(`layer-${at}`, LAYER_BYTES).digest,
    config: config(at).digest,
    base,
    hours: (PER_STREAM - (at % PER_STREAM)) * 2 * DAY,
    repository: `load-${String(stream % 50).padStart(2, '0')}/app-${String(stream).padStart(4, '0')}`,
  };
}

function imageObject(sample: SampleBuilder, image: Made): KubeObject {
  const layers = [image.base, image.layer].map((name, index) => ({
    name,
    size: LAYER_BYTES * (index ? 1 : 20),
    mediaType: MEDIA.ociLayer,
  }));
  return {
    metadata: {
      name: image.digest,
      creationTimestamp: sample.ago(image.hours),
      annotations: {
        'image.openshift.io/dockerLayersOrder': 'ascending',
        'image.openshift.io/manifestBlobStored': 'true',
        'openshift.io/image.managed': 'true',
      },
    },
    dockerImageReference: `${sample.context.host}/${image.repository}@${image.digest}`,
    dockerImageMetadata: {
      kind: 'DockerImage',
      apiVersion: 'image.openshift.io/1.0',
      Id: image.config,
      Created: sample.ago(image.hours),
      ContainerConfig: {},
      Architecture: 'amd64',
      Size: LAYER_BYTES * 21,
    },
    dockerImageMetadataVersion: '1.0',
    dockerImageLayers: layers,
    dockerImageManifestMediaType: MEDIA.ociManifest,
  };
}

/** The stream with all its revisions under `latest`, newest first, and one pod in four streams that uses an old one. */
function addStream(sample: SampleBuilder, images: Made[]): void {
  const { repository } = images[0]!;
  const [namespace = '', name = ''] = repository.split('/');
  const items = [...images].reverse().map(({ digest, hours }) => ({
    created: sample.ago(hours),
    dockerImageReference: `${sample.context.host}/${repository}@${digest}`,
    image: digest,
    generation: 1,
  }));
  sample.stream(repository);
  const stream = sample.context.store.get('imagestreams', namespace, name)!;
  sample.put('imagestreams', { ...stream, status: { ...stream.status, tags: [{ tag: 'latest', items }] } });
  sample.pod(namespace, `${name}-0`, 20 * DAY, `${SERVICE}/${repository}@${items.at(-1)!.image}`);
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
