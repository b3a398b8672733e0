import { ADVICE } from '../model/advice.js';
import type { ErrorCode } from '../model/error-codes.js';
import { RegadmError } from '../model/errors.js';
import type { ApiResponse } from './api.js';

/**
 * An unexpected response of the API server, with the server's status and reason (`Conflict`, `NotFound`, `Expired`, …).
 */
export class ApiError extends RegadmError {
  readonly status: number;
  readonly reason: string;
  /** What the server answered: the message without the step that failed. */
  readonly answer: string;

  constructor(
    message: string,
    options: {
      status: number;
      reason: string;
      answer?: string;
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

function codeFor(status: number): ErrorCode {
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 409) return 'CONFLICT';
  return 'API_ERROR';
}

function suggestionsFor(status: number): string[] {
  if (status === 401) return [ADVICE.logInAgain];
  if (status === 403)
    return [
      'ask for the cluster role system:image-pruner: oc adm policy add-cluster-role-to-user system:image-pruner USER',
    ];
  return [];
}

/**
 * Builds the error for an unexpected response, with the server's message if it sent a Status.
 * @param step what failed, a prefix of the server's message: `cannot list pods`
 */
export function apiError(response: ApiResponse, step?: string): ApiError {
  const { message, reason } = statusIn(response);
  const words = message || `the server answered ${response.status} to ${response.request}`;
  return new ApiError(step ? `${step}: ${words}` : words, {
    status: response.status,
    reason: reason ?? '',
    answer: words,
  });
}

/**
 * Returns true when the server states that an object does not exist. A bare 404 can come from a proxy or another
 * server, and does not prove that the object is missing.
 */
export function isNotFound(response: ApiResponse): boolean {
  return response.status === 404 && statusIn(response).kind === 'Status';
}

/** Returns true when the server states that it does not serve a path: its API group or resource is not installed. */
export function lacksApi(response: ApiResponse): boolean {
  return response.status === 404 && response.body.toString('utf8').trim() === '404 page not found';
}

interface Status {
  kind?: string;
  message?: string;
  reason?: string;
}

function statusIn(response: ApiResponse): Status {
  try {
    return response.json<Status | null>() ?? {};
  } catch {
    return {};
  }
}
