import type { Descriptor, SavedStream } from '../../backup-directory/records.js';
import { REF_NAME } from '../../backup-directory/index-file.js';
import type { Digest } from '../../model/digest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { SavedManifest } from './content-saver.js';

/** The OCI media types of Docker manifests: skopeo looks up names among OCI media types only. */
const AS_OCI = new Map([
  ['application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.oci.image.manifest.v1+json'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.oci.image.index.v1+json'],
]);

/** Returns the entries of `index.json` for the images of a stream that lose tag items there. */
export function streamDescriptors(
  { repository, items }: SavedStream,
  manifests: ReadonlyMap<Digest, SavedManifest>,
): Descriptor[] {
  const byImage = new Map<Digest, { tags: string[]; positions: number[] }>();
  for (const { image, tag, position } of items) {
    const known = byImage.get(image);
    if (!known) byImage.set(image, { tags: [tag], positions: [position] });
    else {
      known.tags.push(tag);
      known.positions.push(position);
    }
  }
  return [...byImage].flatMap(([digest, { tags, positions }]) => {
    const manifest = manifests.get(digest);
    const annotations = { 'regadm/tags': tags.join(','), 'regadm/positions': positions.join(',') };
    return manifest ? descriptorsOf(repository, digest, manifest, annotations) : [];
  });
}

/**
 * Returns the entries of `index.json` for an image in a repository.
 * @param annotations its tags, and its positions in them, in the same order
 */
export function descriptorsOf(
  repository: RepositoryName | undefined,
  digest: Digest,
  { mediaType, bytes }: SavedManifest,
  annotations: Record<string, string> = {},
): Descriptor[] {
  const named: Record<string, string> = repository === undefined ? {} : { [REF_NAME]: `${repository}@${digest}` };
  const descriptor = { mediaType, digest, size: bytes, annotations: { ...named, ...annotations } };
  const oci = AS_OCI.get(mediaType);
  return oci === undefined ? [descriptor] : [descriptor, { ...descriptor, mediaType: oci }];
}
