import { RegadmError } from '../model/errors.js';
import type { KubeObject } from '../model/kube.js';
import { apiError } from './api-error.js';
import type { ClusterApi } from './api.js';
import { listPath, type Resource } from './resources.js';

/** Statuses with which the API server refuses an object because of its content. */
const REFUSED = new Set([400, 422]);

/**
 * Asks the API server whether it would create an object (a dry run with strict validation). Nothing is created.
 * @returns why the server did not check the object, such as a missing permission; undefined if it accepts the object,
 *   or if one of that name exists, which is checked last
 * @throws RegadmError OBJECT_REFUSED if it refuses the object; ApiError if it cannot be reached
 */
export async function checkCreation(
  api: ClusterApi,
  resource: Resource,
  object: KubeObject,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const path = listPath(resource, object.metadata.namespace);
  const response = await api.request('POST', path, {
    query: { dryRun: 'All', fieldValidation: 'Strict' },
    body: object,
    signal,
  });
  if ([200, 201, 409].includes(response.status)) return undefined;
  const { answer } = apiError(response);
  if (!REFUSED.has(response.status)) return answer;
  throw new RegadmError(`the API server refuses ${object.kind} ${object.metadata.name}: ${answer}`, {
    code: 'OBJECT_REFUSED',
  });
}
