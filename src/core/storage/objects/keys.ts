import { isDigest, parseDigest, type Digest } from '../../model/digest.js';
import { HEX, OWN_DIRECTORIES, isLinkSize, repositoryDirectory } from '../layout.js';

/** What a key of the registry's layout stands for. */
export type ParsedKey =
  | { kind: 'blob'; hex: string }
  | RepositoryKey
  /** Not part of the layout: never deleted. `entry` is the topmost unknown directory, or the key below the root. */
  | { kind: 'foreign'; entry: string };

/** What a key of a repository stands for. */
export type RepositoryKey =
  | { kind: 'manifest-link' | 'layer-link'; repository: string; hex: string }
  /** A tag, or a link that cannot contain a digest: deleted only with its repository. */
  | { kind: 'other-link'; repository: string }
  | { kind: 'upload'; repository: string; id: string; name: string };

/**
 * Names that no registry writes, and that do not arrive everywhere as they are: URLs drop `.`, `..` and empty names, so
 * that a request can be about another object, and XML has no control characters, so that a whole batch fails.
 */
const UNSAFE = /(?:^|\/)\.{0,2}(?:\/|$)|[\x00-\x1f\x7f\ufffe\uffff]/;

/**
 * Reads a key below the registry's root.
 * @param path the key without the root and its slash
 */
export function parseKey(path: string, bytes: number): ParsedKey {
  const parts = path.split('/');
  if (UNSAFE.test(path)) return foreign(parts, parts.length);
  if (parts[0] === 'blobs') return parseBlob(parts);
  return parts[0] === 'repositories' ? parseRepositoryKey(parts, bytes) : foreign(parts, 1);
}

function parseBlob(parts: string[]): ParsedKey {
  const [, algorithm, prefix = '', hex = '', ...rest] = parts;
  if (algorithm !== 'sha256') return foreign(parts, 2);
  if (!/^[0-9a-f]{2}$/.test(prefix)) return foreign(parts, 3);
  if (!HEX.test(hex) || !hex.startsWith(prefix)) return foreign(parts, 4);
  return rest.length === 1 && rest[0] === 'data' ? { kind: 'blob', hex } : foreign(parts, parts.length);
}

function parseRepositoryKey(parts: string[], bytes: number): ParsedKey {
  const at = parts.findIndex((part, index) => index > 0 && part.startsWith('_'));
  const repository = parts.slice(1, at).join('/');
  if (at < 2 || !(OWN_DIRECTORIES as readonly string[]).includes(parts[at]!) || !isUsable(repository))
    return foreign(parts, at < 2 ? parts.length : at + 1);
  return parseOwn(parts.slice(at), { repository, bytes }) ?? foreign(parts, parts.length);
}

function parseOwn(own: string[], { repository, bytes }: { repository: string; bytes: number }): ParsedKey | undefined {
  const [directory, ...names] = own;
  if (directory === '_uploads') {
    const [id = '', ...rest] = names;
    return isUsable(id) && isUploadName(rest) ? { kind: 'upload', repository, id, name: rest.join('/') } : undefined;
  }
  if (own.at(-1) !== 'link') return undefined;
  if (directory === '_manifests' && names[0] === 'tags')
    return isTag(names) ? { kind: 'other-link', repository } : undefined;
  const isLayer = directory === '_layers';
  const [algorithm, hex = '', link] = isLayer ? names : names.slice(1);
  if (!isLayer && names[0] !== 'revisions') return undefined;
  if (algorithm !== 'sha256' || !HEX.test(hex) || link !== 'link' || names.length !== (isLayer ? 3 : 4))
    return undefined;
  if (!isLinkSize(bytes)) return { kind: 'other-link', repository };
  return { kind: isLayer ? 'layer-link' : 'manifest-link', repository, hex };
}

/** A link by its place. */
interface LinkPlace {
  repository: string;
  kind: 'layer' | 'manifest';
  /** The digest in its path, of any algorithm: `sha512:…`. */
  path: Digest;
}

const LINK = /^repositories\/(.+)\/(_layers|_manifests\/revisions)\/([a-z0-9+._-]+)\/([A-Za-z0-9=_-]+)\/link$/;

/**
 * Reads the key of a layer link or a manifest link of any algorithm.
 * @param path the key without the root and its slash
 * @returns undefined for any other key
 */
export function parseLinkKey(path: string): LinkPlace | undefined {
  const [, repository = '', directory, algorithm, encoded] = UNSAFE.test(path) ? [] : (LINK.exec(path) ?? []);
  const digest = parseDigest(`${algorithm}:${encoded}`);
  if (digest === undefined || !isUsable(repository) || /(^|\/)_/.test(repository)) return undefined;
  return { repository, kind: directory === '_layers' ? 'layer' : 'manifest', path: digest };
}

/** Returns the key of a link, of any algorithm. @throws Error if it would lead out of the repository */
export function linkKey(root: string, { repository, kind, path }: Omit<LinkPlace, 'path'> & { path: string }): string {
  const links = `${repositoryDirectory(root, repository)}/${kind === 'layer' ? '_layers' : '_manifests/revisions'}`;
  if (isDigest(path)) return `${links}/${path.replace(':', '/')}/link`;
  throw new Error(`${JSON.stringify(path.slice(0, 100))} is not a digest`);
}

/** True for `tags/TAG/current/link` and `tags/TAG/index/sha256/HEX/link`. */
function isTag([, tag = '', ...rest]: string[]): boolean {
  if (tag === '') return false;
  if (rest.length === 2) return rest[0] === 'current';
  return rest.length === 4 && rest[0] === 'index' && rest[1] === 'sha256' && HEX.test(rest[2]!);
}

/** True for a name below `_uploads/ID`: `startedat`, `data`, `hashstates/…`. */
function isUploadName([name = '', ...rest]: string[]): boolean {
  if (name === 'startedat' || name === 'data') return rest.length === 0;
  return name === 'hashstates' && rest.length > 0;
}

function isUsable(name: string): boolean {
  try {
    return repositoryDirectory('', name) !== '';
  } catch {
    return false;
  }
}

function foreign(parts: string[], length: number): ParsedKey {
  return { kind: 'foreign', entry: parts.slice(0, length).join('/') };
}
