/** What a manifest names. Digests as hex. */
export interface Manifest {
  /** The config and the layers that registries must store. */
  blobs: NamedBlob[];
  /** Manifests of an image index. */
  children: string[];
  /** Digests of other algorithms that it names, and of which no link states which blobs they mean. */
  unknown?: readonly string[];
  /** Why it cannot be used; then it names nothing. */
  problem?: string;
}

/** A blob that a manifest names. */
interface NamedBlob {
  hex: string;
  /** Undefined if the manifest states no size: schema 1. */
  bytes?: number;
}

/** Manifests by their hex; those that do not exist are absent. */
export type Manifests = ReadonlyMap<string, Manifest>;

/** Size of each blob that exists, in bytes; NaN if it is not known. By hex. */
type Sizes = ReadonlyMap<string, number>;

/** Why an image is not whole. */
export interface ImageProblem {
  /** The blob, as hex. */
  hex: string;
  message: string;
}

/** The manifests and blobs that an image consists of, as hex. */
interface Family {
  /** Its manifest; for an image index, also those of its children, at any depth. */
  manifests: Set<string>;
  /** Configs and layers, with the sizes that a manifest states. */
  blobs: Map<string, number | undefined>;
}

/** Finds what an image consists of. @param image its manifest, as hex */
export function familyOf(image: string, manifests: Manifests): Family {
  const family: Family = { manifests: new Set([image]), blobs: new Map() };
  for (const hex of family.manifests) {
    const { children = [], blobs = [] } = manifests.get(hex) ?? {};
    for (const child of children) family.manifests.add(child);
    for (const blob of blobs) family.blobs.set(blob.hex, blob.bytes);
  }
  return family;
}

/** Finds out why an image is not whole; nothing if it is. @param sizes of what counts as existing */
export function problemsOf(image: string, manifests: Manifests, sizes: Sizes): ImageProblem[] {
  const family = familyOf(image, manifests);
  const problems: ImageProblem[] = [];
  for (const hex of family.manifests) {
    const manifest = manifests.get(hex);
    if (!manifest || !sizes.has(hex)) problems.push({ hex, message: 'the manifest is missing' });
    else if (manifest.problem !== undefined)
      problems.push({ hex, message: `the manifest cannot be used: ${manifest.problem}` });
    for (const name of manifest?.unknown ?? [])
      problems.push({ hex, message: `it names ${name}, and no link states which blob that is` });
  }
  for (const [hex, stated] of family.blobs) {
    const bytes = sizes.get(hex);
    if (bytes === undefined) problems.push({ hex, message: 'the blob is missing' });
    else if (stated !== undefined && !Number.isNaN(bytes) && bytes !== stated)
      problems.push({ hex, message: `the blob has ${bytes} bytes instead of ${stated}` });
  }
  return problems;
}
