import type { Gap } from '../image.js';
import type { InvalidNames } from '../names/invalid-names.js';

export const FLAG = {
  managed: 1,
  oci: 2,
  referenceHasDigest: 4,
  hasConfig: 8,
  plainUid: 16,
  invalidName: 32,
  statesSubject: 64,
  hasPlatform: 128,
} as const;

/**
 * A page of images as columns, which is cheap to send between threads (the buffers are transferred) and to store.
 * `digests` contains for each image its name, its config if it has one, its layers and its children. Except for the
 * name of the image, which can be any text, it contains nothing but digests.
 */
export interface ImageColumns {
  count: number;
  created: Float64Array;
  size: Float64Array;
  flags: Uint8Array;
  layerCounts: Uint32Array;
  childCounts: Uint32Array;
  layerSizes: Float64Array;
  digests: Uint32Array;
  /** Digests that are not sha256 and names of images that are not digests, by position in `digests`. */
  otherDigests: [number, string][];
  /** Names that are not digests, by image: they name no blob, and no other column contains them. */
  invalidNames: [number, InvalidNames][];
  uids: Uint32Array;
  /** Uids in another form, by image. */
  otherUids: [number, string][];
  /** Distinct references without their digests; `referenceOf` has the index for each image. */
  references: string[];
  referenceOf: Uint32Array;
  /** What is wrong with an image's metadata, by image. */
  unreadable: [number, string][];
  /** The subjects that images state, by image. `FLAG.statesSubject` is also set for an image that states none. */
  subjects: [number, string][];
  /** Images whose manifests may name more than their objects, by image; those that are unreadable, too. */
  gaps: [number, Gap][];
  /** Digests that images need in addition to those of `digests`, by image. */
  needs: [number, string[]][];
}

/** Returns the buffers to transfer when columns are sent to another thread. */
export function transferables(columns: ImageColumns): ArrayBuffer[] {
  const { created, size, flags, layerCounts, childCounts, layerSizes, digests, uids, referenceOf } = columns;
  return [created, size, flags, layerCounts, childCounts, layerSizes, digests, uids, referenceOf].map(
    (column) => column.buffer as ArrayBuffer,
  );
}
