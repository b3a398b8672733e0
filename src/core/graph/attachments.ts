import type { DigestView, SnapshotView } from '../model/table/snapshot.js';

/** Cosign's name for the tag of an image's signature, attestation or SBOM. */
const COSIGN_TAG = /^sha256-([0-9a-f]{64})\.(?:sig|att|sbom)$/;
/**
 * The tag of an index in the OCI referrers tag schema, which lists everything that is attached to an image.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
const INDEX_TAG = /^sha256-([0-9a-f]{64})$/;
/** Any of these tags, or one of later cosign versions: a reason to keep an image. */
const ATTACHED_TAG = /^sha256-([0-9a-f]{64})(?:\.[\w.-]+)?$/;

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

/** Returns true for the tag of a signature, an attestation, an SBOM or an index of the referrers tag schema. */
export function isAttachedTag(tag: string): boolean {
  return ATTACHED_TAG.test(tag);
}

/** Returns the digest number of the image that a tag of this name is attached to; -1 if there is no such image. */
function subjectOfTag(tag: string, digests: DigestView): number {
  const hex = ATTACHED_TAG.exec(tag)?.[1];
  return hex === undefined ? -1 : digests.find(`sha256:${hex}`);
}

/**
 * Returns the digest that a tag of cosign or of the referrers tag schema is attached to: what `--prune-signatures` may
 * remove.
 * @param isIndex whether the tag item lists an image index: the referrers tag schema has no other images
 */
export function subjectOfSignature(tag: string, isIndex: boolean): string | undefined {
  const hex = (COSIGN_TAG.exec(tag) ?? (isIndex ? INDEX_TAG.exec(tag) : undefined))?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

function append<Value>(map: Map<number, Value[]>, key: number, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
