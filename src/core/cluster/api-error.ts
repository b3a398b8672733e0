import { ADVICE } from '../model/advice.js';
import { GRANT_TAG_DELETION } from '../model/tag-advice.js';
import type { ErrorCode } from '../model/error-codes.js';
import { RegadmError } from '../model/errors.js';
import { CUSTOM_KINDS } from '../model/referrers/custom/index.js';
import type { ApiResponse } from './api.js';
import { apiAway, pageRemedies } from './connection/api-away.js';
import { qualifiedName, type Resource } from './resources.js';

/**
 * An unexpected response of the API server, with the server's status and reason (`Conflict`, `NotFound`, `Expired`, …).
 */
export class ApiError extends RegadmError {
  readonly status: number;
  readonly reason: string;
  /** What the server answered: the message without the step that failed. */
  readonly answer: string;
  /** The step that failed: `cannot list pods`. */
  readonly step?: string;

  constructor(
    message: string,
    options: {
      status: number;
      reason: string;
      answer?: string;
      step?: string;
      suggestions?: string[];
      code?: ErrorCode;
      cause?: unknown;
    },
  ) {
    super(message, {
      code: options.code ?? codeFor(options.status),
      suggestions: options.suggestions ?? suggestionsFor(options.status),
      cause: options.cause,
    });
    this.name = 'ApiError';
    this.status = options.status;
    this.reason = options.reason;
    this.answer = options.answer ?? message;
    this.step = options.step;
  }
}

/** True if the server denied a request because of the user's permissions. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403;
}

/** True if an object was not changed because another one has its name, or because it is not as the request expects. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}

/**
 * Returns true if a request failed for the server's reasons, not because of the object. A response that reports success
 * and is something else is like a 500.
 */
export function isApiFailure(error: unknown): boolean {
  if (!(error instanceof ApiError)) return error instanceof RegadmError && error.code === 'API_UNREACHABLE';
  const { status, code } = error;
  return [401, 403, 429].includes(status) || status >= 500 || code === 'API_NOT_JSON';
}

/** Returns what to look at if a server does not answer; nothing for other errors. */
export function awayRemedies({ status, suggestions }: ApiError): readonly string[] {
  return hasServerFailed({ status }) ? suggestions : [];
}

/** True if the server, or one in front of it, failed in spite of all retries. */
export function hasServerFailed({ status }: Pick<ApiError, 'status'>): boolean {
  return status >= 500;
}

function codeFor(status: number): ErrorCode {
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 409) return 'CONFLICT';
  return 'API_ERROR';
}

function suggestionsFor(status: number): string[] {
  if (status === 401) return [ADVICE.logInAgain];
  if (status === 403) return [ADVICE.askForPruner];
  return [];
}

/**
 * API groups of the registry's operator, of the cluster's settings and of a hub, of which the role of pruners has
 * nothing.
 */
const OTHER_GROUPS = new Set([
  'cluster.open-cluster-management.io',
  'config.openshift.io',
  'imageregistry.operator.openshift.io',
  'metal3.io',
  'rbac.authorization.k8s.io',
  'route.openshift.io',
  'siteconfig.open-cluster-management.io',
]);

const VERBS: Record<string, string> = { GET: 'get', PATCH: 'patch', PUT: 'update', POST: 'create', DELETE: 'delete' };

/** Describes the permission that a request needs, if the role of pruners has nothing of its API group. */
function permissionOutsideRole(request: string, stated: unknown): string | undefined {
  const parts = /^(\w+) \/apis\/([^/]+)\/[^/]+\/(?:namespaces\/[^/]+\/)?([^/?]+)(\/[^?]+)?/.exec(request);
  const [, method = '', group = String(stated), resource, name] = parts ?? [];
  if (!OTHER_GROUPS.has(group)) return undefined;
  if (resource === undefined) return `read and change objects of ${group}`;
  const verb = method === 'GET' && name === undefined ? 'list' : (VERBS[method] ?? 'change');
  return `${verb} ${resource}.${group}`;
}

/** Resources with uses that the role of pruners does not allow to list, by qualified name. */
const BEYOND_ROLE: ReadonlySet<string> = new Set(['controllerrevisions.apps', ...CUSTOM_KINDS.map(qualifiedName)]);

/** Returns the qualified name of the resource that a request lists; undefined for other requests. */
function listedIn(request: string): string | undefined {
  const parts = /^GET \/(?:api|apis\/([^/]+))\/[^/]+\/(?:namespaces\/[^/]+\/)?([^/?]+)(?:\?|$)/.exec(request);
  const [, group, resource] = parts ?? [];
  return resource && qualifiedName({ group: group ?? '', resource });
}

/** Returns how to get the permission that a request needs; undefined if the role of pruners has it. */
function remediesOutsideRole(request: string, stated: unknown): string[] | undefined {
  const listed = listedIn(request);
  if (listed !== undefined && BEYOND_ROLE.has(listed)) return [ADVICE.grantReferrers([listed])];
  if (/^DELETE .*\/imagestreamtags\//.test(request)) return GRANT_TAG_DELETION;
  const [, namespace, kind] = /^GET \/api\/v1\/namespaces\/([^/]+)\/(configmaps|secrets)\//.exec(request) ?? [];
  if (namespace !== undefined) return [ADVICE.askForAdministrator(`get ${kind} in namespace ${namespace}`)];
  const permission = permissionOutsideRole(request, stated);
  return permission === undefined ? undefined : [ADVICE.askForAdministrator(permission)];
}

/**
 * Builds the error for an unexpected response, with the server's message if it sent a Status.
 * @param step what failed, a prefix of the server's message: `cannot list pods`
 * @param remedies what helps, by status, where nothing else is known
 */
export function apiError(response: ApiResponse, step?: string, remedies: Record<number, string[]> = {}): ApiError {
  const { message, reason, details } = statusIn(response);
  const granting = response.status === 403 ? remediesOutsideRole(response.request, details?.group) : undefined;
  const away = apiAway(response);
  const page = pageRemedies(response);
  const answered = `the server answered ${response.status} to ${response.request}${page ? ' with a web page' : ''}`;
  const words = [away?.problem, message || answered];
  const answer = words.filter(Boolean).join(': ');
  return new ApiError(step ? `${step}: ${answer}` : answer, {
    status: response.status,
    reason: reason ?? '',
    answer,
    step,
    suggestions: away?.suggestions ?? page ?? granting ?? remedies[response.status],
  });
}

/**
 * Returns true when the server states that exactly this object does not exist. Any other 404 can come from a proxy or
 * another server, or be about something else, and says nothing about the object.
 */
export function isNotFound(
  response: ApiResponse,
  { resource: { resource, kind, group }, name }: { resource: Resource; name: string },
): boolean {
  if (response.status !== 404) return false;
  const { kind: answer, status, reason, details } = statusIn(response);
  return (
    answer === 'Status' &&
    status !== 'Success' &&
    reason === 'NotFound' &&
    details?.name === name &&
    (details.kind === resource || details.kind === kind) &&
    (details.group ?? group) === group
  );
}

/**
 * Returns true when the API server itself refuses a request (4xx). Anything else can come from a proxy, or be the
 * damaged answer to a request that the server did execute.
 */
export function isRefusal(response: ApiResponse): boolean {
  const { kind, reason } = statusIn(response);
  return response.status >= 400 && response.status < 500 && kind === 'Status' && reason !== 'NotFound';
}

/** Message of the API server for a resource that a group does not have. */
const NO_RESOURCE = 'the server could not find the requested resource';

/** Returns true when the server states that it does not serve a path: its API group or resource is not installed. */
export function lacksApi(response: ApiResponse): boolean {
  if (response.status !== 404) return false;
  if (response.body.toString('utf8').trim() === '404 page not found') return true;
  const { kind, reason, message, details } = statusIn(response);
  return kind === 'Status' && reason === 'NotFound' && message === NO_RESOURCE && details?.name === undefined;
}

interface Status {
  kind?: string;
  status?: string;
  message?: string;
  reason?: string;
  details?: { name?: unknown; kind?: unknown; group?: unknown };
}

function statusIn(response: ApiResponse): Status {
  try {
    return response.json<Status | null>() ?? {};
  } catch {
    return {};
  }
}
