import { isDigest } from '../model/digest.js';
import { RegistryError } from './error.js';

/**
 * Repository names as the Distribution specification defines them. Names of image streams are a subset.
 * @see https://github.com/distribution/reference/blob/main/regexp.go
 */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
/** Maximum length of a repository name, in characters. */
const MAX_REPOSITORY_LENGTH = 255;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * Paths of the registry's endpoints. Because anyone who can push writes names of layers and images, nothing but a
 * repository name and a digest becomes part of a path: a `?` or `/` in a name would otherwise address another object.
 * @throws RegistryError REGISTRY_ERROR before any request is sent, when a name is not valid
 */
export const paths = {
  layerLink: (repository: string, digest: string): string => `/v2/${repositoryPart(repository)}/blobs/${part(digest)}`,
  manifestLink: (repository: string, digest: string): string =>
    `/v2/${repositoryPart(repository)}/manifests/${part(digest)}`,
  manifest: (repository: string, tagOrDigest: string): string =>
    `/v2/${repositoryPart(repository)}/manifests/${TAG.test(tagOrDigest) ? tagOrDigest : part(tagOrDigest)}`,
  blob: (digest: string): string => `/admin/blobs/${part(digest)}`,
};

function repositoryPart(name: string): string {
  if (name.length > MAX_REPOSITORY_LENGTH || !REPOSITORY.test(name)) throw notSent('the name of a repository', name);
  return name;
}

function part(digest: string): string {
  if (!isDigest(digest)) throw notSent('a digest', digest);
  return digest;
}

function notSent(what: string, name: string): RegistryError {
  return new RegistryError(`no request was sent, because ${JSON.stringify(name.slice(0, 200))} is not ${what}`, {
    code: 'REGISTRY_ERROR',
    url: 'registry',
  });
}
