import type { Digest } from '../../model/digest.js';
import type { StoredLink, Survey, SurveyVisitor } from '../storage.js';
import type { Source } from './list-directory.js';
import type { ObjectStore } from './object-store.js';
import { findBlobObjects, findLinkObjects, surveyObjects } from './survey.js';

/** What can be read from a registry's storage without a listing that is kept. */
export class ObjectReader {
  protected readonly source: Source;

  /** @param root key of the registry's `docker/registry/v2` */
  constructor(
    protected readonly store: ObjectStore,
    root: string,
  ) {
    this.source = { store, root };
  }

  warnings(signal?: AbortSignal): Promise<string[]> {
    return this.store.warnings(signal);
  }

  survey(visitor: SurveyVisitor): Promise<Survey> {
    return surveyObjects(this.source, visitor);
  }

  findBlobs(digests: readonly Digest[], signal?: AbortSignal): Promise<(number | undefined)[]> {
    return findBlobObjects({ ...this.source, signal }, digests);
  }

  findLinks(links: readonly StoredLink[], signal?: AbortSignal): Promise<boolean[]> {
    return findLinkObjects({ ...this.source, signal }, links);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
