import type { Reporter } from '../../kit/reporter.js';
import type { Digest } from '../../model/digest.js';
import type { Storage, StoredLink } from '../../storage/storage.js';
import type { Problems } from '../plan/problems.js';
import type { ImageProblem } from '../plan/types.js';

/** Maximum number of look-ups; if more seems to be missing, the storage is listed again, which takes less time. */
const MAX_LOOK_UPS = 20_000;

interface Context {
  reporter: Reporter;
  signal: AbortSignal;
}

/** What exists of what seemed to be missing. */
interface Found {
  /** Sizes of the blobs that exist. */
  sizes: ReadonlyMap<string, number>;
  /** Keys of the links that exist. */
  links: ReadonlySet<string>;
}

/**
 * Looks again for what seemed to be missing, and removes the problems about what exists.
 * @returns the size of a blob that has a problem; undefined if it does not exist
 */
export async function lookAgain(
  storage: Pick<Storage, 'survey' | 'findBlobs' | 'findLinks'>,
  problems: Problems,
  context: Context,
): Promise<(digest: string) => number | undefined> {
  const suspects = suspectsIn(problems);
  const isFew = suspects.digests.size + suspects.links.size <= MAX_LOOK_UPS;
  const { sizes, links } = await (isFew ? lookUp : listAgain)(storage, suspects, context);
  problems.filter((_, problem) => {
    const link = linkOf(problem);
    if (link) return !links.has(keyOf(link));
    return !isAboutAbsence(problem) || !sizes.has(problem.digest);
  });
  return (digest) => sizes.get(digest);
}

interface Suspects {
  digests: Set<Digest>;
  links: Map<string, StoredLink>;
}

function suspectsIn(problems: Problems): Suspects {
  const suspects: Suspects = { digests: new Set(), links: new Map() };
  for (const [, found] of problems.entries())
    for (const problem of found) {
      const link = linkOf(problem);
      if (link) suspects.links.set(keyOf(link), link);
      else if (problem.what !== 'missing-image') suspects.digests.add(problem.digest as Digest);
    }
  return suspects;
}

async function lookUp(
  storage: Pick<Storage, 'findBlobs' | 'findLinks'>,
  suspects: Suspects,
  { reporter, signal }: Context,
): Promise<Found> {
  reporter.progress('looking again at what seems to be missing');
  const [digests, links] = [[...suspects.digests], [...suspects.links]];
  const bytes = await storage.findBlobs(digests, signal);
  const exists = await storage.findLinks(
    links.map(([, link]) => link),
    signal,
  );
  const sizes = new Map<string, number>();
  digests.forEach((digest, at) => bytes[at] !== undefined && sizes.set(digest, bytes[at]));
  return { sizes, links: new Set(links.filter((_, at) => exists[at]).map(([key]) => key)) };
}

async function listAgain(
  storage: Pick<Storage, 'survey'>,
  suspects: Suspects,
  { reporter, signal }: Context,
): Promise<Found> {
  reporter.phase("listing entries of the registry's storage again, because much is missing");
  const sizes = new Map<string, number>();
  const links = new Set<string>();
  const note = (kind: StoredLink['kind'], repository: string, hexes: readonly string[]): void => {
    for (const hex of hexes) {
      const key = keyOf({ kind, repository, digest: `sha256:${hex}` as Digest });
      if (suspects.links.has(key)) links.add(key);
    }
  };
  await storage.survey({
    signal,
    onBlob: (hex, bytes) => suspects.digests.has(`sha256:${hex}` as Digest) && sizes.set(`sha256:${hex}`, bytes),
    onRepository: ({ name, manifests, layers }) => {
      note('manifest', name, manifests);
      note('layer', name, layers);
    },
    onListed: (entries) => reporter.tick(entries),
  });
  return { sizes, links };
}

/** True if a manifest or a blob seemed to be missing. */
const isAboutAbsence = ({ what }: ImageProblem): boolean => what.startsWith('missing-') && what !== 'missing-image';

function linkOf({ what, digest, repository }: ImageProblem): StoredLink | undefined {
  if (!what.endsWith('-link')) return undefined;
  return { kind: what === 'missing-manifest-link' ? 'manifest' : 'layer', repository, digest: digest as Digest };
}

const keyOf = ({ kind, repository, digest }: StoredLink): string => `${kind} ${repository} ${digest}`;
