import { isWebPage } from '../kit/web-page.js';
import { ADVICE } from '../model/advice.js';
import type { ApiResponse } from './api.js';
import { ApiError } from './api-error.js';

/** Returns true when a response reports success. */
export function isSuccess({ status }: Pick<ApiResponse, 'status'>): boolean {
  return status === 200 || status === 201 || status === 202;
}

/**
 * Parses a body that must be a JSON object, as every answer of the API is.
 * @param url for the message
 * @throws ApiError API_NOT_JSON
 */
export function parseObject<T>({ body, status }: Pick<ApiResponse, 'body' | 'status'>, url: string): T {
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notJson(isWebPage({ headers: {}, text }) ? 'JSON but a web page' : 'JSON', url, status, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notJson('a JSON object', url, status);
  return value as T;
}

function notJson(expected: string, url: string, status: number, cause?: unknown): ApiError {
  return new ApiError(`the API server's response is not ${expected}: status ${status} for ${url}`, {
    status,
    reason: 'NotJSON',
    code: 'API_NOT_JSON',
    suggestions: [ADVICE.serverIsApi],
    cause,
  });
}
