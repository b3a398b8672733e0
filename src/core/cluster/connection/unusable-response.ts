import type { ApiRequestOptions, ApiResponse } from '../api.js';
import { isSuccess } from '../response.js';

/** Marks a response that reports success and is not what it should be. `cause` is thrown when retries do not help. */
export class UnusableResponse {
  constructor(readonly cause: unknown) {}
}

/** @throws UnusableResponse if a response reports success and `validate` throws */
export function validated(response: ApiResponse, { validate }: ApiRequestOptions): ApiResponse {
  try {
    if (isSuccess(response)) validate?.(response);
    return response;
  } catch (cause) {
    throw new UnusableResponse(cause);
  }
}

/** Asks for an uncompressed response: a server, or a proxy in front of it, can fail to compress. */
export function uncompressed(options: ApiRequestOptions): ApiRequestOptions {
  return { ...options, headers: { ...options.headers, 'Accept-Encoding': 'identity' } };
}
