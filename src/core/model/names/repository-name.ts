declare const brand: unique symbol;

/** The name of a repository in the registry that was checked. Only `isRepositoryName` produces one. */
export type RepositoryName = string & { readonly [brand]: 'RepositoryName' };

/**
 * Repository names as the Distribution specification defines them. Names of image streams are a subset.
 * @see https://github.com/distribution/reference/blob/main/regexp.go
 */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
/** Maximum length of a repository name, in characters. */
const MAX_LENGTH = 255;

/** Returns true for the name of a repository: path components in lower case, at most 255 characters. */
export function isRepositoryName(text: string): text is RepositoryName {
  return text.length <= MAX_LENGTH && REPOSITORY.test(text);
}
