import { jsonResponse, type SandboxResponse } from '../http/response.js';
import { qualifiedName } from './resources.js';

interface StatusFields {
  /** HTTP status. */
  code: number;
  reason: string;
  message: string;
  details?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

/** A failure Status, thrown to end the handling of a request. Messages are exactly those of the real API server. */
export class ApiStatus extends Error {
  readonly code: number;

  constructor(private readonly fields: StatusFields) {
    super(fields.message);
    this.code = fields.code;
  }

  /** Returns the Status object. */
  body(): Record<string, unknown> {
    const { code, reason, message, details, metadata = {} } = this.fields;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message,
      reason,
      ...(details ? { details } : {}),
      code,
    };
  }

  response(headers: Record<string, string> = {}): SandboxResponse {
    return jsonResponse(this.body(), this.code, headers);
  }
}

/** The Status that answers a deletion. */
export function successResponse(details?: Record<string, unknown>): SandboxResponse {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
  return jsonResponse(details ? { ...status, details } : status);
}

interface Named {
  group: string;
  resource: string;
}

/** Returns the `details` of a Status about a resource, or about one object of it. */
export function statusDetails({ group, resource }: Named, name?: string): Record<string, unknown> {
  return { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: resource };
}

export const unauthorized = (): ApiStatus =>
  new ApiStatus({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });

export function notFound(resource: Named, name: string): ApiStatus {
  const message = `${qualifiedName(resource)} "${name}" not found`;
  return new ApiStatus({ code: 404, reason: 'NotFound', message, details: statusDetails(resource, name) });
}

export function alreadyExists(resource: Named, name: string): ApiStatus {
  const message = `${qualifiedName(resource)} "${name}" already exists`;
  return new ApiStatus({ code: 409, reason: 'AlreadyExists', message, details: statusDetails(resource, name) });
}

export function noSuchResource(): ApiStatus {
  const message = 'the server could not find the requested resource';
  return new ApiStatus({ code: 404, reason: 'NotFound', message, details: {} });
}

export const badRequest = (message: string): ApiStatus => new ApiStatus({ code: 400, reason: 'BadRequest', message });

/** The 422 for an object, or for the options of a request, with every problem. */
export function invalid({ group, kind }: { group: string; kind: string }, name: string, problems: string[]): ApiStatus {
  const listed = problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`;
  const message = `${qualifiedName({ group, resource: kind })} "${name}" is invalid: ${listed}`;
  return new ApiStatus({
    code: 422,
    reason: 'Invalid',
    message,
    details: statusDetails({ group, resource: kind }, name),
  });
}

/** The 422 for options of a request, such as `dryRun`, that the server does not know. */
export function invalidOptions(kind: string, problems: string[]): ApiStatus {
  return invalid({ group: 'meta.k8s.io', kind }, '', problems);
}

export function methodNotAllowed(): ApiStatus {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiStatus({ code: 405, reason: 'MethodNotAllowed', message, details: {} });
}

export function unsupportedMediaType(type: string): ApiStatus {
  const accepted = 'application/json-patch+json, application/merge-patch+json';
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted} (got ${type})`;
  return new ApiStatus({ code: 415, reason: 'UnsupportedMediaType', message });
}

export function conflict(
  resource: Named,
  name: string,
  cause = 'the object has been modified; please apply your changes to the latest version and try again',
): ApiStatus {
  return cannotBeFulfilled(resource, name, cause);
}

export function uidConflict(resource: Named, name: string, wanted: string, actual: string): ApiStatus {
  const cause = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${actual}`;
  return cannotBeFulfilled(resource, name, cause);
}

export function versionConflict(resource: Named, name: string, wanted: string, actual: string): ApiStatus {
  const cause = `Precondition failed: ResourceVersion in precondition: ${wanted}, ResourceVersion in object meta: ${actual}`;
  return cannotBeFulfilled(resource, name, cause);
}

function cannotBeFulfilled(resource: Named, name: string, cause: string): ApiStatus {
  const message = `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${cause}`;
  return new ApiStatus({ code: 409, reason: 'Conflict', message, details: statusDetails(resource, name) });
}

/** The 410 for a continue token. @param metadata its `continue` lets the client read the rest from the current state */
export function expired(metadata: Record<string, unknown> = {}): ApiStatus {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue ' +
    'parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided ' +
    'token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was ' +
    'returned and now may show up in the list.';
  return new ApiStatus({ code: 410, reason: 'Expired', message, metadata });
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

/** Returns the Status for an HTTP status that a fault rule requests. */
export function statusFor(code: number): ApiStatus {
  const [reason, message] = REASONS[code] ?? ['Unknown', `the server answered ${code}`];
  return new ApiStatus({ code, reason, message });
}
