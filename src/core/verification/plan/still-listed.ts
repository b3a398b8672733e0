import { eachOfFamily } from './family.js';
import type { Listed } from './listed.js';
import type { Problems } from './problems.js';

/**
 * Removes the problems of images that the cluster no longer lists, or lists no longer where a link is missing: a prune
 * can have deleted them meanwhile.
 * @param before the images when the storage was looked at
 * @param now the images since
 */
export function keepStillListed(problems: Problems, before: Listed, now: Listed): void {
  const tops = topsOf(problems, before);
  const numberOf = (digest: string): number => now.snapshot.digests.find(digest);
  problems.filter((image, { what, repository }) => {
    if (what === 'missing-image') return now.withoutObject.has(numberOf(image));
    const listed = [...(tops.get(image) ?? [])].map(numberOf);
    const pushed = now.repositories.get(repository)?.pushed;
    return listed.some((top) => (what.endsWith('-link') ? pushed?.has(top) : now.images.has(top)));
  });
}

/** Returns the listed images that are, or contain, each image with problems. */
function topsOf(problems: Problems, { snapshot, images }: Listed): Map<string, Set<string>> {
  const { digests } = snapshot;
  const broken = new Map<number, Set<string>>();
  for (const [image] of problems.entries()) broken.set(digests.find(image), new Set());
  for (const top of images.keys())
    eachOfFamily(snapshot, top, (image) => void broken.get(image)?.add(digests.text(top)));
  return new Map([...broken].map(([image, tops]) => [digests.text(image), tops]));
}
