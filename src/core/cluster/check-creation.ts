import { RegadmError } from '../model/errors.js';
import type { KubeObject } from '../model/kube.js';
import { apiError } from './api-error.js';
import type { ClusterApi } from './api.js';
import { expectObject } from './expect.js';
import { listPath, type Resource } from './resources.js';
import { isSuccess } from './response.js';

/** Statuses with which the API server refuses an object because of its content. */
const REFUSED = new Set([400, 422]);

/**
 * Asks the API server whether it would create an object (a dry run with strict validation). Nothing is created.
 * @returns why it would not, for a reason besides the object's content, such as a missing permission; undefined if it
 *   would, also if only an object of that name is in the way, which is checked last
 * @throws RegadmError OBJECT_REFUSED if the content is not valid; ApiError if it cannot be reached
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
    validate: expectObject({ resource, ...object.metadata }),
  });
  if (isSuccess(response)) return undefined;
  const { answer, reason } = apiError(response);
  if (reason === 'AlreadyExists') return undefined;
  if (!REFUSED.has(response.status)) return answer;
  throw new RegadmError(`the API server refuses ${object.kind} ${object.metadata.name}: ${answer}`, {
    code: 'OBJECT_REFUSED',
  });
}
