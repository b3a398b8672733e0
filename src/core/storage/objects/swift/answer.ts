import { ADVICE } from '../../../model/advice.js';
import { RegadmError } from '../../../model/errors.js';
import { headerOf, type StoreResponse } from '../../http/client.js';
import { StoreRefusal } from '../store-refusal.js';

/** Returns true if Swift itself says that the object does not exist: a proxy's 404 has no transaction ID. */
export function isMissing(response: StoreResponse): boolean {
  return response.status === 404 && headerOf(response, 'x-trans-id') !== undefined;
}

/**
 * Creates the error for a status that is not expected.
 * @param action what failed: `list objects`
 */
export function answerError(name: string, action: string, { status, body, headers }: StoreResponse): RegadmError {
  const what = `${name}: cannot ${action}`;
  if (status === 403)
    return new StoreRefusal(`${what}: the user is not permitted to (status 403)`, {
      code: 'STORAGE_DENIED',
      suggestions: ['use a user of the project that may read and write objects, such as one with the role member'],
    });
  if (status === 404 && headers['x-trans-id'] !== undefined)
    return new StoreRefusal(`${what}: the container does not exist`, {
      code: 'STORAGE_ERROR',
      suggestions: ['check the name of the container and the project'],
    });
  const reason = status === 404 ? 'something other than Swift answers with status 404' : `status ${status}`;
  return new RegadmError(`${what}: ${reason}${reasonIn(body)}`, {
    code: 'STORAGE_ERROR',
    suggestions: status === 404 ? [ADVICE.storageEndpoint] : [],
  });
}

/** Returns the first line of a short text answer. */
function reasonIn(body: Buffer): string {
  const text = body
    .toString('utf8')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text === '' ? '' : `: ${text.slice(0, 200)}`;
}

/** Percent-encodes a container and a key for a path. */
export function encodePath(container: string, key = ''): string {
  const path = key === '' ? container : `${container}/${key}`;
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Returns when an object was written: with a fraction, if the server states it. */
export function timeOf(response: StoreResponse): number | undefined {
  const timestamp = Number(headerOf(response, 'x-timestamp'));
  if (timestamp > 0) return timestamp * 1000;
  const time = Date.parse(headerOf(response, 'last-modified') ?? '');
  return Number.isNaN(time) ? undefined : time;
}
