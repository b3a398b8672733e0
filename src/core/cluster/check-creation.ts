import { RegadmError } from '../model/errors.js';
import type { KubeObject } from '../model/kube.js';
import { ApiError, apiError, isApiFailure } from './api-error.js';
import type { ApiResponse, ClusterApi } from './api.js';
import { expectObject } from './expect.js';
import { listPath, type Resource } from './resources.js';
import { isSuccess } from './response.js';

/** Statuses with which the API server refuses an object because of its content. */
const REFUSED = new Set([400, 422]);

interface Options {
  signal?: AbortSignal;
  /** False: no retry. */
  retry?: boolean;
}

/**
 * Asks the API server whether it would create an object (a dry run with strict validation). Nothing is created.
 * @returns why it would not, for a reason besides the object's content, such as a missing permission or a response that
 *   is about something else; undefined if it would, also if only an object of that name is in the way, which is checked
 *   last
 * @throws RegadmError OBJECT_REFUSED if the content is not valid; ApiError if it cannot be reached
 */
export async function checkCreation(
  api: ClusterApi,
  resource: Resource,
  object: KubeObject,
  options: Options = {},
): Promise<string | undefined> {
  const response = await send(api, resource, object, options);
  if (response instanceof ApiError) return response.answer;
  if (isSuccess(response)) return undefined;
  const { answer, reason } = apiError(response);
  if (reason === 'AlreadyExists') return undefined;
  if (!REFUSED.has(response.status)) return answer;
  throw new RegadmError(`the API server refuses ${object.kind} ${object.metadata.name}: ${answer}`, {
    code: 'OBJECT_REFUSED',
  });
}

/** @returns the error of a response that reports success and is not the object: a failure like a status 500 */
async function send(
  api: ClusterApi,
  resource: Resource,
  object: KubeObject,
  options: Options,
): Promise<ApiResponse | ApiError> {
  const sending = {
    ...options,
    query: { dryRun: 'All', fieldValidation: 'Strict' },
    body: object,
    validate: expectObject({ resource, ...object.metadata }),
  };
  try {
    return await api.request('POST', listPath(resource, object.metadata.namespace), sending);
  } catch (error) {
    if (error instanceof ApiError && isApiFailure(error)) return error;
    throw error;
  }
}
