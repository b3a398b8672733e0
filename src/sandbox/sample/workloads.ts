import type { KubeObject } from '../../core/model/kube.js';
import { REGISTRY_SERVICE } from '../names.js';
import { sha256Digest } from '../registry/digest.js';
import { MEDIA } from '../registry/manifest.js';
import { DAY, layer, OS_LAYER, type SampleBuilder } from './builder.js';
import { signature } from './extended-uses.js';
import { histories } from './histories.js';

const NODE = layer('nodejs-20', 260_000);
const JAVA = layer('openjdk-17', 380_000);

/** Adds the uses that `oc` knows (tags, digests, workloads, builds) and unused images. */
export function workloads(sample: SampleBuilder): void {
  frontend(sample);
  cart(sample);
  catalog(sample);
  payments(sample);
  builds(sample);
  imported(sample);
  myapp(sample);
}

/** Shared layers; a tag in use; a young revision. */
function frontend(sample: SampleBuilder): void {
  sample.stream('shop/frontend');
  sample.revisions({
    repository: 'shop/frontend',
    tag: 'latest',
    ages: [90 * DAY, 61 * DAY, 40 * DAY, 21 * DAY, 12 * DAY, 5 * DAY, 30, 0.2],
    base: [OS_LAYER, NODE],
  });
  const image = `${REGISTRY_SERVICE}/shop/frontend:latest`;
  sample.pod('shop', 'frontend-6d5f9c7b4-x2x9k', { hours: 0.1, image });
  sample.put('deployments', workload('shop', 'frontend', image));
  sample.put('replicasets', workload('shop', 'frontend-6d5f9c7b4', image));
}

/** A deployment by digest, which keeps an old revision; a completed pod, which keeps nothing. */
function cart(sample: SampleBuilder): void {
  sample.stream('shop/cart');
  const cart = sample.revisions({
    repository: 'shop/cart',
    tag: 'latest',
    ages: [80 * DAY, 50 * DAY, 33 * DAY, 20 * DAY, 9 * DAY, 2 * DAY],
    base: [OS_LAYER, NODE],
    bytes: 40_000,
  });
  sample.put('deployments', workload('shop', 'cart', `${REGISTRY_SERVICE}/shop/cart@${cart[4]}`));
  sample.pod('shop', 'cart-migration-5kq2x', {
    hours: 30 * DAY,
    image: `${REGISTRY_SERVICE}/shop/cart@${cart[5]}`,
    status: { phase: 'Succeeded' },
  });
  signature(sample, 'shop/cart', cart[5]!, 80 * DAY - 1);
  sample.put('cronjobs', cronJob('shop', 'cart-cleanup', `${REGISTRY_SERVICE}/shop/cart:latest`));
}

/** Tags named after versions or commits, with one image each. */
function catalog(sample: SampleBuilder): void {
  sample.stream('shop/catalog');
  ['v1.0', 'v1.1', 'v1.2', 'build-3f2a91c', 'build-8e01b7d'].forEach((tag, at) => {
    sample.revisions({
      repository: 'shop/catalog',
      tag,
      ages: [(70 - at * 12) * DAY],
      base: [OS_LAYER, JAVA],
      bytes: 60_000,
    });
  });
  // An image that was pushed by digest; no stream lists it.
  sample.push('shop/catalog', undefined, 55 * DAY, {
    layers: [OS_LAYER, JAVA, layer('catalog-untagged', 90_000)],
    config: { author: 'ci' },
  });
}

/**
 * Indexes with children; an image above the limit of a LimitRange. Without tags, the registry's own pruner deletes the
 * manifest links of children.
 */
function payments(sample: SampleBuilder): void {
  const { options, faults } = sample.context;
  const hasTags = options.prunableInPod && !faults.has('untagged-children');
  sample.stream('payments/api');
  for (const hours of [75 * DAY, 44 * DAY, 23 * DAY, 11 * DAY, 3 * DAY]) {
    const children = ['amd64', 'arm64'].map((architecture) =>
      sample.push('payments/api', hasTags ? `v2-${architecture}` : undefined, hours, {
        layers: [layer(`ubi9-${architecture}`, 150_000), layer(`api-${architecture}-${hours}`, 30_000)],
        config: { ...sample.config(hours, 'api'), architecture },
      }),
    );
    sample.push('payments/api', 'v2', hours, { manifests: children });
  }
  sample.pod('payments', 'api-0', { hours: 2 * DAY, image: `${REGISTRY_SERVICE}/payments/api:v2` });
  sample.stream('payments/worker');
  sample.revisions({
    repository: 'payments/worker',
    tag: 'latest',
    ages: [28 * DAY],
    base: [OS_LAYER, JAVA],
    bytes: 500_000,
  });
  sample.revisions({ repository: 'payments/worker', tag: 'slim', ages: [26 * DAY], base: [NODE], bytes: 20_000 });
  sample.put('limitranges', {
    metadata: { name: 'image-limits', namespace: 'payments' },
    spec: { limits: [{ type: 'openshift.io/Image', max: { storage: '1Mi' } }] },
  });
}

/** A builder image that a BuildConfig and its builds use. */
function builds(sample: SampleBuilder): void {
  sample.stream('ci/builder');
  const builder = sample.revisions({
    repository: 'ci/builder',
    tag: 'latest',
    ages: [66 * DAY, 47 * DAY, 29 * DAY, 14 * DAY, 6 * DAY],
    base: [OS_LAYER],
    bytes: 110_000,
  });
  sample.put('buildconfigs', {
    metadata: { name: 'frontend', namespace: 'ci' },
    spec: {
      strategy: { type: 'Source', sourceStrategy: { from: { kind: 'ImageStreamTag', name: 'builder:latest' } } },
    },
  });
  histories(sample, builder);
  // A young image that no stream lists yet, because a build is still pushing it.
  sample.push('ci/builder', undefined, 0.1, {
    layers: [OS_LAYER, layer('nightly', 70_000)],
    config: { author: 'nightly' },
  });
}

/** Imported images: the registry has only their manifests, from pulls through it. */
function imported(sample: SampleBuilder): void {
  const digests = ['1.25', '1.27'].map((version) => {
    const manifest = Buffer.from(
      JSON.stringify({ schemaVersion: 1, name: 'library/nginx', tag: version, fsLayers: [], history: [] }),
    );
    sample.context.storage.putBlob(sha256Digest(manifest), manifest);
    return sha256Digest(manifest);
  });
  const items = digests.map((digest, at) => ({
    created: sample.ago((40 - at * 20) * DAY),
    dockerImageReference: `docker.io/library/nginx@${digest}`,
    image: digest,
    generation: at + 1,
  }));
  for (const { image, created, dockerImageReference } of items) {
    sample.put('images', {
      metadata: {
        name: image,
        creationTimestamp: created,
        annotations: { 'image.openshift.io/dockerLayersOrder': 'ascending' },
      },
      dockerImageReference,
      dockerImageMetadata: { kind: 'DockerImage', apiVersion: 'image.openshift.io/1.0', Id: '' },
      dockerImageMetadataVersion: '1.0',
      dockerImageLayers: [],
      // Manifests of schema 1 have no config, so the object names all blobs of the image.
      dockerImageManifestMediaType: MEDIA.dockerManifest1,
    });
  }
  sample.put('imagestreams', {
    metadata: { name: 'nginx', namespace: 'tools', creationTimestamp: sample.ago(41 * DAY), generation: 2 },
    spec: { tags: [{ name: 'latest', from: { kind: 'DockerImage', name: 'docker.io/library/nginx:latest' } }] },
    status: { dockerImageRepository: `${REGISTRY_SERVICE}/tools/nginx`, tags: [{ tag: 'latest', items: [items[1]] }] },
  });
}

/** One image under three tags, to ask `prune why` about. */
function myapp(sample: SampleBuilder): void {
  sample.stream('myproject/myapp');
  const old = { layers: [OS_LAYER, JAVA, layer('myapp-may-2016', 48_000)], config: sample.config(150 * DAY, 'myapp') };
  const push = (tag: string, hours: number, seed: string): string =>
    sample.push('myproject/myapp', tag, hours, {
      layers: [OS_LAYER, JAVA, layer(seed, 48_000)],
      config: sample.config(hours, seed),
    });
  for (const tag of ['v2', 'v2.1', 'v2.1-may-2016']) sample.push('myproject/myapp', tag, 150 * DAY, old);
  for (const [tag, later] of [
    ['v2', 4],
    ['v2.1', 2],
  ] as const) {
    for (let at = 0; at < later; at++) push(tag, (140 - at * 20) * DAY, `myapp-${tag}-${at}`);
  }
}

function workload(namespace: string, name: string, image: string): KubeObject {
  const labels = { app: name };
  return {
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
    },
    status: { replicas: 1 },
  };
}

function cronJob(namespace: string, name: string, image: string): KubeObject {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } };
  return {
    metadata: { name, namespace },
    spec: { schedule: '@daily', jobTemplate: { spec: { template } } },
    status: {},
  };
}
