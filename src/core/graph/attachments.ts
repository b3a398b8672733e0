import type { DigestView, SnapshotView } from '../model/table/snapshot.js';

/** Cosign's name for the tag of an image's signature, attestation or SBOM. */
const COSIGN_TAG = /^sha256-([0-9a-f]{64})\.(?:sig|att|sbom)$/;
/**
 * A tag of the OCI referrers tag schema, or of later cosign versions: a reason to keep an image, never one to prune it.
 */
const REFERRERS_TAG = /^sha256-([0-9a-f]{64})(?:\.[\w.-]+)?$/;

/**
 * Attachments of images, by the digest number of their subject: tags that name it, and images whose manifest names it.
 */
export interface Attachments {
  tags: Map<number, { stream: number; tag: number }[]>;
  images: Map<number, number[]>;
}

/** Finds all attachments, by the names of tags and by the subjects that manifests name. */
export function findAttachments({ streams, subjects, digests }: SnapshotView): Attachments {
  const found: Attachments = { tags: new Map(), images: new Map() };
  streams.forEach((stream, streamIndex) =>
    stream.tags.forEach(({ name }, tag) => {
      const subject = subjectOfTag(name, digests);
      if (subject !== -1) append(found.tags, subject, { stream: streamIndex, tag });
    }),
  );
  for (const [image, subject] of subjects) append(found.images, subject, image);
  return found;
}

/** Returns the digest number of the image that a tag of this name is attached to; -1 if there is no such image. */
export function subjectOfTag(tag: string, digests: DigestView): number {
  const hex = REFERRERS_TAG.exec(tag)?.[1];
  return hex === undefined ? -1 : digests.find(`sha256:${hex}`);
}

/** Returns the digest that a cosign tag is attached to: what `--prune-signatures` may remove. */
export function subjectOfSignature(tag: string): string | undefined {
  const hex = COSIGN_TAG.exec(tag)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

function append<Value>(map: Map<number, Value[]>, key: number, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
