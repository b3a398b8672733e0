import { isDigest, parseDigest, sha256Hex, type Digest } from '../../../model/digest.js';
import { repositoryDirectory } from '../../layout.js';
import type { LinkVisitor } from '../../trash.js';
import { entriesIn, statOf } from '../files.js';
import { forEachOwnDirectories } from '../list.js';
import { LinkReader } from './link-reader.js';

/** Where a repository has its links: below these directories, there is one for each algorithm. */
const KINDS = [
  { kind: 'layer', own: '_layers', steps: ['_layers'] },
  { kind: 'manifest', own: '_manifests', steps: ['_manifests', 'revisions'] },
] as const;

/** A walk in progress. */
interface Walk {
  root: string;
  visitor: LinkVisitor;
  reader: LinkReader;
}

/**
 * Reads all links of all repositories, except those of tags. Omits those that disappear meanwhile, symbolic links, and
 * what does not belong to the layout.
 * @param root the registry's `docker/registry/v2`
 * @throws RegadmError STORAGE_UNREADABLE
 */
export async function walkLinks(root: string, visitor: LinkVisitor): Promise<void> {
  const walk = { root, visitor, reader: new LinkReader(visitor.signal) };
  await forEachOwnDirectories({ root, ignored: [], signal: visitor.signal }, async (repository, own) => {
    for (const { kind, steps } of KINDS.filter((kind) => own.includes(kind.own)))
      await walkKind(walk, repository, { kind, steps });
  });
}

async function walkKind(
  { root, visitor, reader }: Walk,
  repository: string,
  { kind, steps }: { kind: 'layer' | 'manifest'; steps: readonly string[] },
): Promise<void> {
  const directory = `${repositoryDirectory(root, repository)}/${steps.join('/')}`;
  // The first step is known to be a directory.
  if (steps.length > 1 && !(await statOf(directory))?.isDirectory()) return;
  for (const algorithm of await directoriesIn(directory)) {
    const names = await directoriesIn(`${directory}/${algorithm}`);
    const paths = names.map((name) => `${algorithm}:${name}`).filter(isDigest);
    await reader.read(
      paths.map((path) => `${directory}/${path.replace(':', '/')}/link`),
      (content, at) => {
        const digest = content === undefined ? undefined : leadsTo(content, paths[at]!);
        if (digest) visitor.onLink({ repository, kind, path: paths[at]!, digest });
      },
    );
    visitor.onWalked?.(paths.length);
  }
}

/**
 * Returns what a link leads to. One without a sha256 digest, such as while it is being written, leads to the digest in
 * its path; undefined if that has another algorithm: nothing states which blob it leads to.
 */
function leadsTo(content: string, path: Digest): Digest | undefined {
  const digest = content === path ? path : (parseDigest(content.trim()) ?? path);
  return [digest, path].find((found) => sha256Hex(found) !== undefined);
}

async function directoriesIn(directory: string): Promise<string[]> {
  return (await entriesIn(directory)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
