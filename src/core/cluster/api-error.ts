import type { ErrorCode } from '../model/error-codes.js';
import { RegadmError } from '../model/errors.js';
import type { ApiResponse } from './api.js';

/** An API server's answer that was not the expected one. `status` and `reason` are the server's (`Conflict`, `NotFound`, `Expired`, …). */
export class ApiError extends RegadmError {
  readonly status: number;
  readonly reason: string;

  constructor(
    message: string,
    options: { status: number; reason: string; suggestions?: string[]; code?: ErrorCode; cause?: unknown },
  ) {
    super(message, {
      code: options.code ?? codeOf(options.status),
      suggestions: options.suggestions ?? suggestionsFor(options.status),
      cause: options.cause,
    });
    this.name = 'ApiError';
    this.status = options.status;
    this.reason = options.reason;
  }
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 404) return 'NOT_FOUND';
  if (status === 409) return 'CONFLICT';
  return 'API_ERROR';
}

function suggestionsFor(status: number): string[] {
  if (status === 401) return ['log in again (oc login), or pass a valid --token'];
  if (status === 403)
    return [
      'ask for the cluster role system:image-pruner: oc adm policy add-cluster-role-to-user system:image-pruner USER',
    ];
  return [];
}

/**
 * Builds the error for an unexpected response, in the server's own words where it sent a Status.
 * @param step what failed, put before the server's words: `cannot list pods`
 */
export function apiError(response: ApiResponse, step?: string): ApiError {
  const { message, reason } = statusIn(response);
  const words = message || `the server answered ${response.status} to ${response.request}`;
  return new ApiError(step ? `${step}: ${words}` : words, { status: response.status, reason: reason ?? '' });
}

function statusIn(response: ApiResponse): { message?: string; reason?: string } {
  try {
    return response.json<{ message?: string; reason?: string } | null>() ?? {};
  } catch {
    return {};
  }
}
