import { eachOfFamily, eachPart } from '../../verification/plan/family.js';
import type { Listed } from '../../verification/plan/listed.js';
import type { Problems } from '../../verification/plan/problems.js';

/** Blobs with problems, by digest number. */
interface DamagedBlobs {
  corrupt: ReadonlySet<number>;
  /** Those that are not found. */
  gone: { has(digest: number): boolean };
}

/** Adds to the problems which listed images need damaged blobs. */
export function blame({ snapshot, images }: Listed, { corrupt, gone }: DamagedBlobs, problems: Problems): void {
  const seen = new Set<number>();
  for (const [top, repository] of images) {
    eachOfFamily(snapshot, top, (image) => {
      // What is listed itself is reported with its own repository.
      if (seen.has(image) || (image !== top && images.has(image))) return;
      seen.add(image);
      if (corrupt.has(image)) problems.add(image, 'corrupt', image, repository);
      if (gone.has(image)) problems.add(image, image === top ? 'missing-manifest' : 'missing-child', image, repository);
      eachPart(snapshot, image, (blob, role) => {
        if (corrupt.has(blob)) problems.add(image, 'corrupt', blob, repository);
        if (gone.has(blob)) problems.add(image, `missing-${role}`, blob, repository);
      });
    });
  }
}
