import { isDigest, type Digest } from '../model/digest.js';
import { isRepositoryName, type RepositoryName } from '../model/names/repository-name.js';
import { RegistryError } from './error.js';

declare const brand: unique symbol;

/** A tag that was checked. Only `isTag` produces one. */
export type Tag = string & { readonly [brand]: 'Tag' };

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Returns true for a tag as the Distribution specification defines it. */
function isTag(text: string): text is Tag {
  return TAG.test(text);
}

/**
 * Paths of the registry's endpoints. Because anyone who can push writes names of layers and images, nothing but a
 * repository name and a digest becomes part of a path: a `?` or `/` in a name would otherwise address another object.
 * The types require it, the check here proves it, and the names are encoded as well.
 * @throws RegistryError REGISTRY_ERROR before any request is sent, when a name is not valid
 */
export const paths = {
  layerLink: (repository: RepositoryName, digest: Digest): string =>
    `/v2/${repositoryPart(repository)}/blobs/${digestPart(digest)}`,
  manifestLink: (repository: RepositoryName, digest: Digest): string =>
    `/v2/${repositoryPart(repository)}/manifests/${digestPart(digest)}`,
  manifest: (repository: RepositoryName, reference: Digest | Tag): string =>
    `/v2/${repositoryPart(repository)}/manifests/${isTag(reference) ? encode(reference) : digestPart(reference)}`,
  uploads: (repository: RepositoryName): string => `/v2/${repositoryPart(repository)}/blobs/uploads/`,
  mount: (repository: RepositoryName, digest: Digest, from: RepositoryName): string => {
    const query = new URLSearchParams({ mount: digestPart(digest), from: repositoryPart(from) });
    return `/v2/${repositoryPart(repository)}/blobs/uploads/?${query.toString()}`;
  },
  blob: (digest: Digest): string => `/admin/blobs/${digestPart(digest)}`,
};

function repositoryPart(name: string): string {
  if (!isRepositoryName(name)) throw notSent('the name of a repository', name);
  return name.split('/').map(encode).join('/');
}

function digestPart(digest: string): string {
  if (!isDigest(digest)) throw notSent('a digest', digest);
  return encode(digest);
}

/** Encodes a segment of a path; the colon of digests is allowed there. */
function encode(segment: string): string {
  return encodeURIComponent(segment).replaceAll('%3A', ':');
}

function notSent(what: string, name: string): RegistryError {
  return new RegistryError(`no request was sent, because ${JSON.stringify(name.slice(0, 200))} is not ${what}`, {
    code: 'REGISTRY_ERROR',
    url: 'registry',
    notSent: 'invalid-name',
  });
}
