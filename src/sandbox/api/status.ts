import { jsonAnswer, type Answer } from '../http/answer.js';
import { qualifiedName } from './resources.js';

/** An answer of the API server that ends the handling of a request. */
export class ApiStatus extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: Record<string, unknown>,
    readonly metadata: Record<string, unknown> = {},
  ) {
    super(message);
  }

  /** The Status object, as recorded. */
  body(): Record<string, unknown> {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.metadata,
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }

  answer(headers: Record<string, string> = {}): Answer {
    return jsonAnswer(this.body(), this.code, headers);
  }
}

interface Named {
  group: string;
  resource: string;
}

function details(of: Named, name?: string): Record<string, unknown> {
  return { ...(name ? { name } : {}), ...(of.group ? { group: of.group } : {}), kind: of.resource };
}

export const unauthorized = (): ApiStatus => new ApiStatus(401, 'Unauthorized', 'Unauthorized');

export const notFound = (of: Named, name: string): ApiStatus =>
  new ApiStatus(404, 'NotFound', `${qualifiedName(of)} "${name}" not found`, details(of, name));

export const alreadyExists = (of: Named, name: string): ApiStatus =>
  new ApiStatus(409, 'AlreadyExists', `${qualifiedName(of)} "${name}" already exists`, details(of, name));

export const noSuchResource = (): ApiStatus =>
  new ApiStatus(404, 'NotFound', 'the server could not find the requested resource', {});

export const badRequest = (message: string): ApiStatus => new ApiStatus(400, 'BadRequest', message);

export const invalid = (of: Named, name: string, message: string): ApiStatus =>
  new ApiStatus(422, 'Invalid', `${qualifiedName(of)} "${name}" is invalid: ${message}`, details(of, name));

export const methodNotAllowed = (): ApiStatus =>
  new ApiStatus(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const unsupportedMediaType = (type: string): ApiStatus =>
  new ApiStatus(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json (got ${type})`,
  );

export function conflict(of: Named, name: string): ApiStatus {
  const message = 'the object has been modified; please apply your changes to the latest version and try again';
  return new ApiStatus(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedName(of)} "${name}": ${message}`,
    details(of, name),
  );
}

export function uidConflict(of: Named, name: string, wanted: string, actual: string): ApiStatus {
  const message = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${actual}`;
  return new ApiStatus(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedName(of)} "${name}": ${message}`,
    details(of, name),
  );
}

/** `metadata.continue` of the answer lets the client go on with the rest, from the present state. */
export function expired(metadata: Record<string, unknown> = {}): ApiStatus {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue ' +
    'parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided ' +
    'token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was ' +
    'returned and now may show up in the list.';
  return new ApiStatus(410, 'Expired', message, undefined, metadata);
}

const REASONS: Record<number, [reason: string, message: string]> = {
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'forbidden by a fault rule'],
  404: ['NotFound', 'the server could not find the requested resource'],
  409: [
    'Conflict',
    'Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again',
  ],
  410: ['Expired', 'too old resource version'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  500: ['InternalError', 'Internal error occurred: etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
};

/** The Status that goes with a bare code, for fault rules. */
export function statusOf(code: number): ApiStatus {
  const [reason, message] = REASONS[code] ?? ['Unknown', `the server answered ${code}`];
  return new ApiStatus(code, reason, message);
}
