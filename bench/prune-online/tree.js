/**
 * A registry's directory and the objects of its cluster: BLOBS blobs (default 100,000) in 1,000 repositories. ORPHANS
 * of them (default a third) are orphans with one or two links each. An image has a manifest, a config and three layers.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const BLOBS = Number(process.env.BLOBS ?? 100_000);
const REPOSITORIES = 1000;
const NAMESPACES = 50;
const LAYERS = 3;
export const ORPHANS = Number(process.env.ORPHANS ?? Math.floor(BLOBS / 3));
const IMAGES = Math.floor((BLOBS - ORPHANS) / (LAYERS + 2));
const CREATED = '2026-01-01T00:00:00Z';

const hexOf = (text) => createHash('sha256').update(text).digest('hex');
const repositoryOf = (index) => `ns${(index % REPOSITORIES) % NAMESPACES}/app${index % REPOSITORIES}`;
const imageOf = (index) => ({
  name: hexOf(`manifest ${index}`),
  config: hexOf(`config ${index}`),
  layers: Array.from({ length: LAYERS }, (_, layer) => hexOf(`layer ${index} ${layer}`)),
});

export function makeTree(directory) {
  const root = path.join(directory, 'docker/registry/v2');
  const time = new Date(CREATED);
  const write = (parent, name, content) => {
    mkdirSync(parent, { recursive: true });
    writeFileSync(`${parent}/${name}`, content);
    utimesSync(`${parent}/${name}`, time, time);
  };
  const blob = (hex, size) => write(`${root}/blobs/sha256/${hex.slice(0, 2)}/${hex}`, 'data', Buffer.alloc(size));
  const link = (index, kind, hex) =>
    write(`${root}/repositories/${repositoryOf(index)}/${kind}/sha256/${hex}`, 'link', `sha256:${hex}`);
  for (let index = 0; index < IMAGES; index++) {
    const { name, config, layers } = imageOf(index);
    blob(name, 600);
    link(index, '_manifests/revisions', name);
    for (const hex of [config, ...layers]) {
      blob(hex, 1000);
      link(index, '_layers', hex);
    }
  }
  for (let index = 0; index < ORPHANS; index++) {
    const hex = hexOf(`orphan ${index}`);
    blob(hex, 700);
    link(index, '_layers', hex);
    if (index % 2 === 0) link(index + 7, '_layers', hex);
  }
}

/** Returns the Image objects; each has fields that regadm does not read. */
export const makeImages = () =>
  Array.from({ length: IMAGES }, (_, index) => {
    const { name, config, layers } = imageOf(index);
    return {
      metadata: { name: `sha256:${name}`, uid: name.slice(0, 8), creationTimestamp: CREATED },
      dockerImageReference: `image-registry.openshift-image-registry.svc:5000/${repositoryOf(index)}@sha256:${name}`,
      dockerImageMetadata: {
        ...{ kind: 'DockerImage', apiVersion: '1.0', Id: `sha256:${config}` },
        Config: { Env: Array.from({ length: 80 }, (_, at) => `VARIABLE_${at}=${'x'.repeat(60)}`) },
      },
      dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      dockerImageLayers: layers.map((hex) => ({
        name: `sha256:${hex}`,
        size: 1000,
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      })),
    };
  });

export function makeStreams(images) {
  const tags = Array.from({ length: REPOSITORIES }, () => []);
  for (const [index, { metadata, dockerImageReference }] of images.entries())
    tags[index % REPOSITORIES].push({ image: metadata.name, dockerImageReference, created: CREATED });
  return tags.map((items, at) => {
    const [namespace, name] = repositoryOf(at).split('/');
    return { metadata: { namespace, name }, status: { tags: [{ tag: 'latest', items }] } };
  });
}
