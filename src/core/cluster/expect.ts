import { ADVICE } from '../model/advice.js';
import type { KubeObject } from '../model/kube.js';
import type { ApiResponse } from './api.js';
import { ApiError } from './api-error.js';
import { describeObject, type ObjectReference } from './object-reference.js';

/** What a request for one object must be answered with. */
export interface ExpectedObject extends ObjectReference {
  /** Undefined: any. */
  uid?: string;
}

/**
 * Checks that a response is an object of the API, whatever its kind. A `Status` is not: it reports what happened.
 * @throws ApiError API_NOT_JSON
 */
export function expectAnyObject(response: ApiResponse): void {
  const { kind } = response.json<{ kind?: unknown }>();
  if (typeof kind !== 'string' || kind === 'Status') throw unexpected(response, 'an object');
}

/**
 * Returns a check that a response is exactly this object: its kind, name and namespace, and its uid where it is known.
 * An intermediary can answer with anything, and another object's state would be taken for this one's.
 */
export function expectObject(expected: ExpectedObject): (response: ApiResponse) => void {
  return (response) => {
    if (!isObject(response.json(), expected)) throw unexpected(response, describeObject(expected));
  };
}

/** Returns true if a value is the expected object. */
export function isObject(
  value: Partial<KubeObject>,
  { resource, name, namespace, uid }: ExpectedObject,
): value is KubeObject {
  const metadata: Partial<KubeObject['metadata']> | null | undefined = value.metadata;
  return (
    value.kind === resource.kind &&
    metadata?.name === name &&
    (namespace === undefined || metadata.namespace === namespace) &&
    (uid === undefined || metadata.uid === uid)
  );
}

/** Creates the error for a response that reports success and is about something else. */
export function unexpected(response: ApiResponse, expected: string): ApiError {
  const message = `the response to ${response.request} is not ${expected}, but ${describe(response)}`;
  return new ApiError(message, {
    status: response.status,
    reason: 'Unexpected',
    code: 'API_NOT_JSON',
    suggestions: [ADVICE.proxyInFront],
  });
}

/** Describes a body in a few words: what it states to be, and the message of a Status. */
function describe(response: ApiResponse): string {
  try {
    const { kind, metadata, message } = response.json<Partial<KubeObject>>();
    if (kind === undefined) return 'an object of no kind';
    const name = metadata?.name ?? message;
    return [kind, name]
      .filter((part) => typeof part === 'string')
      .map((part) => JSON.stringify(part.slice(0, 120)))
      .join(' ');
  } catch {
    return 'something that is not a JSON object';
  }
}
