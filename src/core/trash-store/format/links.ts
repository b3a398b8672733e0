import { parseDigest, sha256Digest, sha256Hex, type Digest } from '../../model/digest.js';
import type { LinkFile } from '../../storage/trash.js';
import { invalid, list, text } from './fields.js';

/**
 * Links in a file of regadm. There are a few per blob, and most of them have the digest of the blob in their path: then
 * the number of the repository and the kind suffice.
 */
type StoredLink = number | [place: number, path: string];

const KINDS = ['layer', 'manifest'] as const;

/** Numbers repositories, so that a file names each of them once. */
export class LinkWriter {
  private readonly numbers = new Map<string, number>();

  get repositories(): string[] {
    return [...this.numbers.keys()];
  }

  /** @param hex the blob that the links contain */
  write(hex: string, links: readonly LinkFile[]): StoredLink[] {
    return links.map(({ repository, kind, path }) => {
      const place = this.numberOf(repository) * KINDS.length + KINDS.indexOf(kind);
      return path === `sha256:${hex}` ? place : [place, path];
    });
  }

  private numberOf(repository: string): number {
    const known = this.numbers.get(repository);
    if (known !== undefined) return known;
    this.numbers.set(repository, this.numbers.size);
    return this.numbers.size - 1;
  }
}

/** Reads links. Those of a blob share its digest, and all links of a repository its name. */
export class LinkReader {
  private readonly repositories: string[];

  /** @throws Error if a name of a repository leads elsewhere */
  constructor(repositories: unknown) {
    this.repositories = list(repositories, 'repositories').map(repositoryName);
  }

  /** @throws Error if a link is not valid */
  read(hex: string, links: unknown): LinkFile[] {
    const stored = list(links, 'links');
    if (stored.length === 0) return [];
    const digest = sha256Digest(hex);
    return stored.map((link) => {
      if (!Array.isArray(link)) return this.link(link, digest, digest);
      const path = parseDigest(link[1]);
      if (!path) throw invalid('path of a link');
      return this.link(link[0], path, digest);
    });
  }

  private link(place: unknown, path: string, digest: Digest): LinkFile {
    if (typeof place !== 'number' || !Number.isInteger(place)) throw invalid('link');
    const repository = this.repositories[Math.floor(place / KINDS.length)];
    const kind = KINDS[place % KINDS.length];
    if (repository === undefined || kind === undefined) throw invalid('link');
    return { repository, kind, path, digest };
  }
}

/** Checks the name of a repository, which becomes part of a path. */
function repositoryName(value: unknown): string {
  const name = text(value, 'repository');
  const isPath = name.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part));
  if (isPath) return name;
  throw invalid('repository');
}

/** Keeps the links that contain a blob: a file names no others. */
export const linksOf = (hex: string, links: readonly LinkFile[]): LinkFile[] =>
  links.filter(({ digest }) => sha256Hex(digest) === hex);
