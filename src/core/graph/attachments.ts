import type { ImageStream, Snapshot } from '../model/table/snapshot.js';

/** A tag that carries a signature, an attestation or an SBOM of an image, by cosign's naming. */
const COSIGN_TAG = /^sha256-([0-9a-f]{64})\.(?:sig|att|sbom)$/;
/** What the OCI specification's fallback and later cosign versions write: never a reason to prune, but one to keep. */
const REFERRERS_TAG = /^sha256-([0-9a-f]{64})(?:\.[\w.-]+)?$/;

/** Where the attachments of images are: tags by their subject, images by theirs. Subjects are digest numbers. */
export interface Attachments {
  tags: Map<number, { stream: number; tag: number }[]>;
  images: Map<number, number[]>;
}

/** Finds every attachment that names and manifests tell of. */
export function findAttachments({ streams, subjects, digests }: Snapshot): Attachments {
  const found: Attachments = { tags: new Map(), images: new Map() };
  streams.forEach((stream, streamIndex) =>
    stream.tags.forEach(({ name }, tag) => {
      const subject = attachedTo(name, { digests });
      if (subject !== -1) push(found.tags, subject, { stream: streamIndex, tag });
    }),
  );
  for (const [image, subject] of subjects) push(found.images, subject, image);
  return found;
}

/** The image that a tag of this name is attached to, or -1. */
export function attachedTo(tag: string, { digests }: Pick<Snapshot, 'digests'>): number {
  const hex = REFERRERS_TAG.exec(tag)?.[1];
  return hex ? digests.intern(`sha256:${hex}`) : -1;
}

/** The subject of a tag's items that `--prune-signatures` may remove, or -1. */
export function signatureSubject(stream: ImageStream, tag: number, { digests }: Pick<Snapshot, 'digests'>): number {
  const hex = COSIGN_TAG.exec(stream.tags[tag]!.name)?.[1];
  return hex ? digests.intern(`sha256:${hex}`) : -1;
}

function push<V>(map: Map<number, V[]>, key: number, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
