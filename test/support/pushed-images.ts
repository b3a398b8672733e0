import { digestOf, type DockerRegistry, type PushedImage } from './servers/docker-registry.js';

/** Returns the Image object of a pushed image. */
export function imageObject(
  repository: string,
  { digest, mediaType, layers, config }: PushedImage,
  children: PushedImage[] = [],
): object {
  return {
    metadata: { name: digest, annotations: { 'openshift.io/image.managed': 'true' } },
    dockerImageReference: `registry/${repository}@${digest}`,
    dockerImageMetadata: { Id: config ?? '' },
    dockerImageManifestMediaType: mediaType,
    dockerImageLayers: layers.map((name) => ({ name })),
    ...(children.length > 0
      ? { dockerImageManifests: children.map((child) => ({ digest: child.digest, mediaType: child.mediaType })) }
      : {}),
  };
}

/** Returns an image stream whose tag `latest` lists images. */
export const stream = (repository: string, ...images: PushedImage[]): object => {
  const [namespace, name] = repository.split('/');
  return {
    metadata: { namespace, name },
    status: { tags: [{ tag: 'latest', items: images.map(({ digest }) => ({ image: digest })) }] },
  };
};

/** Fetches an image with its children and blobs, and compares every digest. */
export async function expectServed(registry: DockerRegistry, repository: string, digest: string): Promise<void> {
  const response = await registry.request('GET', `/v2/${repository}/manifests/${digest}`, undefined, {
    accept: [
      'application/vnd.oci.image.manifest.v1+json',
      'application/vnd.oci.image.index.v1+json',
      'application/vnd.docker.distribution.manifest.v2+json',
    ].join(', '),
  });
  expect(response.status).toBe(200);
  expect(digestOf(response.body)).toBe(digest);
  const manifest = JSON.parse(response.body.toString()) as {
    manifests?: { digest: string }[];
    config?: { digest: string };
    layers?: { digest: string }[];
  };
  for (const child of manifest.manifests ?? []) await expectServed(registry, repository, child.digest);
  for (const blob of [...(manifest.config ? [manifest.config] : []), ...(manifest.layers ?? [])]) {
    const content = await registry.request('GET', `/v2/${repository}/blobs/${blob.digest}`);
    expect(content.status).toBe(200);
    expect(digestOf(content.body)).toBe(blob.digest);
  }
}
