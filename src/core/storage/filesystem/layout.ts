/**
 * Paths of Distribution's layout below `docker/registry/v2/`.
 * @see docs/hard-prune.md
 */

/** A digest in the layout: 64 lower-case hex digits. */
export const HEX = /^[0-9a-f]{64}$/;

/** A repository's own directories, in the order of deletion: manifest links before layer links. */
export const OWN_DIRECTORIES = ['_manifests', '_layers', '_uploads'] as const;

export const hexOf = (digest: string): string => digest.slice('sha256:'.length);

export const blobDirectory = (root: string, hex: string): string => `${root}/blobs/sha256/${hex.slice(0, 2)}/${hex}`;

export const blobData = (root: string, hex: string): string => `${blobDirectory(root, hex)}/data`;

export const repositoryDirectory = (root: string, repository: string): string => `${root}/repositories/${repository}`;

export const manifestLinks = (root: string, repository: string): string =>
  `${repositoryDirectory(root, repository)}/_manifests/revisions/sha256`;

export const layerLinks = (root: string, repository: string): string =>
  `${repositoryDirectory(root, repository)}/_layers/sha256`;

export const uploadDirectory = (root: string, repository: string, id: string): string =>
  `${repositoryDirectory(root, repository)}/_uploads/${id}`;
