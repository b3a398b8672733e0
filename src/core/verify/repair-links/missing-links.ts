import { parseDigest } from '../../model/digest.js';
import { compareText } from '../../model/values/compare-text.js';
import type { StoredLink } from '../../storage/storage.js';
import type { Problems } from '../../verification/plan/problems.js';
import type { ImageProblem } from '../../verification/plan/types.js';

/** Returns the link that a problem is about; undefined for other problems. */
export function linkOf({ what, digest, repository }: ImageProblem): StoredLink | undefined {
  const name = parseDigest(digest);
  if (!what.endsWith('-link') || name === undefined) return undefined;
  return { kind: what === 'missing-manifest-link' ? 'manifest' : 'layer', repository, digest: name };
}

/** Identifies a link in a set. */
export const keyOf = ({ kind, repository, digest }: StoredLink): string => `${repository} ${kind} ${digest}`;

/**
 * Returns the links that do not exist although their blobs do, sorted and without duplicates. Problems name links only
 * where an image was pushed that the stream lists.
 */
export function missingLinks(problems: Problems): StoredLink[] {
  const links = new Map<string, StoredLink>();
  const withoutBlob = new Set<string>();
  for (const [, found] of problems.entries())
    for (const problem of found) {
      const link = linkOf(problem);
      if (link) links.set(keyOf(link), link);
      else if (problem.what.startsWith('missing-') && problem.what !== 'missing-image') withoutBlob.add(problem.digest);
    }
  return [...links]
    .filter(([, { digest }]) => !withoutBlob.has(digest))
    .sort(([one], [other]) => compareText(one, other))
    .map(([, link]) => link);
}
