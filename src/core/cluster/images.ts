import type { ClusterApi } from './api.js';
import { apiError } from './api-error.js';
import { objectPath } from './objects.js';
import { IMAGES } from './resources.js';

/** Deletes Image objects through the API server. */
export class HttpImages {
  constructor(private readonly api: ClusterApi) {}

  /**
   * Deletes the image of this name, with its uid as a precondition.
   * @param beforeRetry runs before each retry; an error that it throws ends the retries
   * @returns `gone` (404): it no longer exists; `replaced` (409): it was deleted and created again
   * @throws ApiError for every other response
   */
  async delete(
    name: string,
    { uid, beforeRetry }: { uid: string; beforeRetry: () => Promise<void> },
  ): Promise<'deleted' | 'gone' | 'replaced'> {
    const path = objectPath(IMAGES, name);
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...(uid ? { preconditions: { uid } } : {}) };
    const response = await this.api.request('DELETE', path, { body, beforeRetry });
    switch (response.status) {
      case 200:
      case 202:
        return 'deleted';
      case 404:
        return 'gone';
      case 409:
        return 'replaced';
      default:
        throw apiError(response);
    }
  }
}
