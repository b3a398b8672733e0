import type { Digest } from '../model/digest.js';

/**
 * Paths of Distribution's layout below `docker/registry/v2/`.
 * @see docs/hard-prune.md
 */

/** A digest in the layout: 64 lower-case hex digits. */
export const HEX = /^[0-9a-f]{64}$/;

/** Returns true for the name of a day: `2026-11-26`. */
export const isDay = (name: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(name) && !Number.isNaN(Date.parse(name));

/** Returns true for the size of a link in bytes: a sha256 digest, perhaps with a line feed. */
export const isLinkSize = (bytes: number): boolean => bytes === 71 || bytes === 72;

/** A repository's own directories, in the order of deletion: manifest links before layer links. */
export const OWN_DIRECTORIES = ['_manifests', '_layers', '_uploads'] as const;

/** Returns the directory of a digest in the layout. @throws Error if it is not a sha256 digest */
export function hexOf(digest: Digest): string {
  return checkedHex(digest.startsWith('sha256:') ? digest.slice('sha256:'.length) : digest);
}

export function blobDirectory(root: string, hex: string): string {
  return `${root}/blobs/sha256/${hex.slice(0, 2)}/${checkedHex(hex)}`;
}

export const blobData = (root: string, hex: string): string => `${blobDirectory(root, hex)}/data`;

/** @throws Error if the name leads out of the directory of repositories */
export function repositoryDirectory(root: string, repository: string): string {
  for (const segment of repository.split('/')) checkedSegment(segment);
  return `${root}/repositories/${repository}`;
}

export const manifestLinks = (root: string, repository: string): string =>
  `${repositoryDirectory(root, repository)}/_manifests/revisions/sha256`;

export const layerLinks = (root: string, repository: string): string =>
  `${repositoryDirectory(root, repository)}/_layers/sha256`;

/** Returns the directory that has a directory for each tag. */
export const tagsDirectory = (root: string, repository: string): string =>
  `${repositoryDirectory(root, repository)}/_manifests/tags`;

/** Returns the directory of a link. */
export function linkDirectory(
  root: string,
  link: { kind: 'layer' | 'manifest'; repository: string; digest: Digest },
): string {
  const links = link.kind === 'layer' ? layerLinks : manifestLinks;
  return `${links(root, link.repository)}/${hexOf(link.digest)}`;
}

export const uploadDirectory = (root: string, repository: string, id: string): string =>
  `${repositoryDirectory(root, repository)}/_uploads/${checkedSegment(id)}`;

/** Splits a path of this layout into its components below the root. */
export const namesBelow = (root: string, path: string): string[] => path.slice(root.length + 1).split('/');

function checkedHex(hex: string): string {
  if (HEX.test(hex)) return hex;
  throw new Error(`${JSON.stringify(hex.slice(0, 100))} is not a sha256 digest`);
}

/** Returns one segment of a path: names of repositories come from the storage, where anything can lie. */
function checkedSegment(segment: string): string {
  if (segment !== '' && segment !== '.' && segment !== '..' && !/[/\\\0]/.test(segment)) return segment;
  throw new Error(`${JSON.stringify(segment.slice(0, 100))} is not the name of a directory`);
}
