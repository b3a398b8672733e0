import type { Digest } from '../../src/core/model/digest.js';
import type { RepositoryName } from '../../src/core/model/names/repository-name.js';

/** A digest, or a text that claims to be one: it is not checked. */
export const asDigest = (text: string): Digest => text as Digest;

/** The name of a repository, or a text that claims to be one: it is not checked. */
export const asRepository = (text: string): RepositoryName => text as RepositoryName;
