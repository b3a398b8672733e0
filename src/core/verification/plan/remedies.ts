import type { BrokenImage } from './types.js';

/**
 * Returns what to do about a broken image, the best first.
 * @param importedFrom pull specs of the image in other registries
 */
export function remediesFor(
  { image, problems, tags }: Pick<BrokenImage, 'image' | 'problems' | 'tags'>,
  importedFrom: readonly string[],
): string[] {
  if (problems.every(({ what }) => what.endsWith('-link')))
    return [
      'write the missing links: regadm registry verify --repair-links --confirm, with --storage',
      'if a link exists with other content, delete its file first: a link is never replaced',
    ];
  const [place] = tags;
  const tag = place && `${place.namespace}/${place.name}:${place.tag}`;
  const remedies = [`restore it from a backup: regadm restore DIRECTORY ${image} --confirm`];
  if (problems.every(({ what }) => what === 'missing-image'))
    remedies.push(
      'or create its Image object from the storage: regadm registry verify --recover-images --confirm, with --storage',
    );
  remedies.push('or push the same image again');
  if (place && importedFrom[0] !== undefined)
    remedies.push(
      `or import it again: oc import-image -n ${place.namespace} ${place.name}:${place.tag} --from=${importedFrom[0]} --confirm`,
    );
  if (tag !== undefined)
    remedies.push(
      place!.position === 0 && tags.length === 1
        ? `or, if nobody needs the tag and its history, delete it: oc tag -d ${tag}`
        : 'or, if nobody needs it, delete the tag items that list it: regadm prune images removes them by its rules',
    );
  return remedies;
}
