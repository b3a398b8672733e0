import type { Digest } from '../model/digest.js';
import type { ClusterApi } from './api.js';
import { deleteObject } from './objects.js';
import { IMAGES } from './resources.js';

/** Deletes Image objects through the API server. */
export class HttpImages {
  constructor(private readonly api: ClusterApi) {}

  /**
   * Deletes the image of this name, with its uid as a precondition.
   * @param beforeRetry runs before each retry; an error that it throws ends the retries
   * @returns `gone`: it no longer exists; `replaced`: it was deleted and created again
   * @throws ApiError for every other response, a proxy's 404 included
   */
  delete(
    name: Digest,
    { uid, beforeRetry }: { uid: string; beforeRetry: () => Promise<void> },
  ): Promise<'deleted' | 'gone' | 'replaced'> {
    return deleteObject(this.api, { resource: IMAGES, name }, { uid, beforeRetry });
  }
}
