import type { LazyObject } from '../api/store.js';
import { REGISTRY_SERVICE } from '../names.js';
import { sha256Digest } from '../registry/digest.js';
import { imageObject } from '../registry/image-objects.js';
import { MEDIA, type Descriptor, type ImageConfig, type Manifest } from '../registry/manifest.js';
import { pullSpec } from '../registry/store-manifest.js';
import { newStream } from '../registry/streams.js';
import { DAY, type SampleBuilder } from './builder.js';

const REVISIONS_PER_STREAM = 40;
const STREAMS_PER_NAMESPACE = 50;
const BASE_LAYERS = 20;
const LAYER_BYTES = 600;
const BASE_LAYER_BYTES = LAYER_BYTES * 20;

/** An image of which only digests are stored: its content is generated again when a client reads it. */
interface GeneratedImage {
  digest: string;
  manifest(): Manifest;
  /** Age, in hours. */
  hours: number;
  repository: string;
}

/** Adds `count` images in streams of 40 revisions. Image objects and blobs are generated when a client reads them. */
export function manyImages(sample: SampleBuilder, count: number): void {
  const { storage, store, host } = sample.context;
  const bases = Array.from({ length: BASE_LAYERS }, (_, at) => layerBlob(`base-${at}`, BASE_LAYER_BYTES));
  for (const base of bases) storage.putBlob(base.digest, () => base.bytes());
  const images = Array.from({ length: count }, (_, at) => addImage(sample, at, bases[at % BASE_LAYERS]!.digest));
  const lazy = images.map(({ digest, manifest, hours, repository }, at): LazyObject => {
    const make = (): ReturnType<typeof imageObject> => {
      const created = sample.ago(hours);
      const reference = pullSpec(host, repository, digest);
      return imageObject({ digest, reference, manifest: manifest(), config: { ...configOf(at), created }, created });
    };
    return { name: digest, make };
  });
  store.addLazy('images', lazy);
  for (let first = 0; first < count; first += REVISIONS_PER_STREAM) {
    addStream(sample, images.slice(first, first + REVISIONS_PER_STREAM));
  }
}

function addImage(sample: SampleBuilder, at: number, base: string): GeneratedImage {
  const { storage } = sample.context;
  const stream = Math.floor(at / REVISIONS_PER_STREAM);
  const namespace = String(stream % STREAMS_PER_NAMESPACE).padStart(2, '0');
  const repository = `load-${namespace}/app-${String(stream).padStart(4, '0')}`;
  const layer = layerBlob(`layer-${at}`, LAYER_BYTES);
  const config = configBlob(at);
  const manifest = (): Manifest => imageManifest(base, layer.digest, config);
  const bytes = (): Buffer => Buffer.from(JSON.stringify(manifest()));
  const digest = sha256Digest(bytes());
  storage.putBlob(layer.digest, () => layer.bytes());
  storage.putBlob(config.digest, () => config.bytes());
  storage.putBlob(digest, bytes);
  storage.putLink('manifest', repository, digest);
  for (const linked of [base, layer.digest, config.digest]) storage.putLink('layer', repository, linked);
  const hours = (REVISIONS_PER_STREAM - (at % REVISIONS_PER_STREAM)) * 2 * DAY;
  return { digest, manifest, hours, repository };
}

interface GeneratedBlob {
  digest: string;
  size: number;
  bytes(): Buffer;
}

function layerBlob(seed: string, size: number): GeneratedBlob {
  const bytes = (): Buffer => Buffer.alloc(size, `${seed}\n`);
  return { digest: sha256Digest(bytes()), size, bytes };
}

function configOf(at: number): ImageConfig & { os: string } {
  return { architecture: 'amd64', os: 'linux', config: { Labels: { number: String(at) } } };
}

function configBlob(at: number): GeneratedBlob {
  const bytes = (): Buffer => Buffer.from(JSON.stringify(configOf(at)));
  return { digest: sha256Digest(bytes()), size: bytes().length, bytes };
}

function imageManifest(base: string, layer: string, config: GeneratedBlob): Manifest {
  const descriptor = (mediaType: string, digest: string, size: number): Descriptor => ({ mediaType, digest, size });
  return {
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    config: descriptor(MEDIA.ociConfig, config.digest, config.size),
    layers: [descriptor(MEDIA.ociLayer, base, BASE_LAYER_BYTES), descriptor(MEDIA.ociLayer, layer, LAYER_BYTES)],
  };
}

/** Adds a stream with all its revisions under `latest`, newest first, and a pod that uses the oldest. */
function addStream(sample: SampleBuilder, images: GeneratedImage[]): void {
  const { repository } = images[0]!;
  const [namespace = '', name = ''] = repository.split('/');
  const items = [...images].reverse().map(({ digest, hours }) => ({
    created: sample.ago(hours),
    dockerImageReference: pullSpec(sample.context.host, repository, digest),
    image: digest,
    generation: 1,
  }));
  const stream = newStream(repository, sample.context.host, sample.ago(200 * DAY));
  sample.put('imagestreams', { ...stream, status: { ...stream.status, tags: [{ tag: 'latest', items }] } });
  const image = `${REGISTRY_SERVICE}/${repository}@${items.at(-1)!.image}`;
  sample.pod(namespace, `${name}-0`, { hours: 20 * DAY, image });
}
