import type { Digest } from '../../model/digest.js';
import { namesStream, parseImageReference } from '../../model/image-reference.js';
import { isRepositoryName, type RepositoryName } from '../../model/names/repository-name.js';
import { factsOf, isStream, type ImageEvidence, type RestoreEvidence } from './evidence.js';
import type { SavedItem } from './saved.js';

/**
 * Returns the repositories to which each image belongs. The first one is that of the Image object, so that a push
 * creates the object with the same reference. An item that was made by `oc tag` belongs to the repository that its
 * reference names, or to that of its own stream if the other stream is gone. The children of an index belong to the
 * repositories of the index. Imported images belong to none.
 */
export function targetsOf(evidence: RestoreEvidence): Map<Digest, RepositoryName[]> {
  const targets = new Map<Digest, Set<RepositoryName>>();
  const add = (image: ImageEvidence, repository: RepositoryName): void => {
    const known = targets.get(image.name) ?? new Set();
    if (known.has(repository)) return;
    targets.set(image.name, known.add(repository));
    for (const child of image.needs?.children ?? []) {
      const found = evidence.images.get(child);
      if (found) add(found, repository);
    }
  };
  for (const item of evidence.items) {
    const image = evidence.images.get(item.item.image);
    if (image && factsOf(image)?.managed) add(image, repositoryOf(item, evidence));
  }
  const listed = new Set(targets.keys());
  for (const image of evidence.images.values()) {
    const facts = factsOf(image);
    const repository = facts?.managed && !listed.has(image.name) ? repositoryIn(facts.reference) : undefined;
    if (repository) add(image, repository);
  }
  return new Map([...targets].map(([name, found]) => [name, ownFirst(evidence.images.get(name), [...found])]));
}

/** Returns the repository (`namespace/name`) that a pull spec names; undefined if it names none. */
export function repositoryIn(reference: string): RepositoryName | undefined {
  const parsed = parseImageReference(reference);
  if (typeof parsed === 'string' || !namesStream(parsed)) return undefined;
  const name = `${parsed.namespace}/${parsed.name}`;
  return isRepositoryName(name) ? name : undefined;
}

function repositoryOf({ stream, item }: SavedItem, { streams, items }: RestoreEvidence): RepositoryName {
  const source = repositoryIn(item.dockerImageReference);
  if (source === undefined || source === stream) return stream;
  const state = streams.get(source);
  const isRestored = state !== undefined && 'missing' in state && items.some((other) => other.stream === source);
  return isStream(state) || isRestored ? source : stream;
}

function ownFirst(image: ImageEvidence | undefined, repositories: RepositoryName[]): RepositoryName[] {
  const facts = image && factsOf(image);
  const own = facts && repositoryIn(facts.reference);
  return repositories.sort((one, other) => Number(other === own) - Number(one === own) || (one < other ? -1 : 1));
}
