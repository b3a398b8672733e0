import type { ProblemKind } from './types.js';
import { eachOfFamily, eachPart } from './family.js';
import type { Listed, ListedRepository } from './listed.js';
import type { Problems } from './problems.js';

/** The blobs that exist. Digests are numbers of the snapshot. */
export interface StoredBlobs {
  /** Returns the bytes of a blob; NaN if its size is not known, undefined if it does not exist. */
  bytesOf(digest: number): number | undefined;
}

/** The links of one repository, as digest numbers. */
interface StoredLinks {
  manifests: ReadonlySet<number>;
  layers: ReadonlySet<number>;
}

/** Finds listed images without an Image object, manifests and blobs that do not exist, and those of a wrong size. */
export function checkBlobs(listed: Listed, stored: StoredBlobs, problems: Problems): void {
  const { snapshot, images, withoutObject } = listed;
  const seen = new Set<number>();
  for (const image of withoutObject) problems.add(image, 'missing-image', image, images.get(image)!);
  for (const [top, repository] of images) {
    eachOfFamily(snapshot, top, (image) => {
      // What is listed itself is reported with its own repository.
      if (seen.has(image) || (image !== top && images.has(image))) return;
      seen.add(image);
      if (stored.bytesOf(image) === undefined)
        problems.add(image, image === top ? 'missing-manifest' : 'missing-child', image, repository);
      else if (stored.bytesOf(image) === 0) problems.add(image, 'corrupt', image, repository);
      eachPart(snapshot, image, (blob, role) => {
        const what = blobProblem(stored.bytesOf(blob), snapshot.images.blobSize(blob), role);
        if (what) problems.add(image, what, blob, repository);
      });
    });
  }
}

function blobProblem(bytes: number | undefined, stated: number, role: 'config' | 'layer'): ProblemKind | undefined {
  if (bytes === undefined) return `missing-${role}`;
  // 0: no Image object states the size.
  return stated === 0 || Number.isNaN(bytes) || bytes === stated ? undefined : 'wrong-size';
}

/** Finds links that the images pushed to a repository need and that do not exist. */
export function checkLinks(
  { snapshot }: Listed,
  repository: ListedRepository,
  links: StoredLinks,
  problems: Problems,
): void {
  const seen = new Set<number>();
  for (const top of repository.pushed) {
    eachOfFamily(snapshot, top, (image) => {
      if (seen.has(image)) return;
      seen.add(image);
      if (!links.manifests.has(image)) problems.add(image, 'missing-manifest-link', image, repository.name);
      eachPart(snapshot, image, (blob, role) => {
        if (!links.layers.has(blob)) problems.add(image, `missing-${role}-link`, blob, repository.name);
      });
    });
  }
}
