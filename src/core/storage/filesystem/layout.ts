/** Where Distribution keeps things, below `docker/registry/v2/`. The facts are in docs/hard-prune.md. */

/** 64 lower-case hex digits: the only names that the layout has for digests. */
export const HEX = /^[0-9a-f]{64}$/;

/** A repository's own folders, in the order in which they are removed: links before what they lead to. */
export const OWN_FOLDERS = ['_manifests', '_layers', '_uploads'] as const;

export const blobFolder = (root: string, hex: string): string => `${root}/blobs/sha256/${hex.slice(0, 2)}/${hex}`;

export const blobData = (root: string, hex: string): string => `${blobFolder(root, hex)}/data`;

export const repositoryFolder = (root: string, repository: string): string => `${root}/repositories/${repository}`;

export const revisionsFolder = (root: string, repository: string): string =>
  `${repositoryFolder(root, repository)}/_manifests/revisions/sha256`;

export const layersFolder = (root: string, repository: string): string =>
  `${repositoryFolder(root, repository)}/_layers/sha256`;

export const uploadFolder = (root: string, repository: string, id: string): string =>
  `${repositoryFolder(root, repository)}/_uploads/${id}`;
