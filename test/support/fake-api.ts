import { parseObject } from '../../src/core/cluster/response.js';
import type { ApiRequestOptions, ApiResponse, ClusterApi } from '../../src/core/cluster/api.js';

export interface RecordedRequest extends ApiRequestOptions {
  method: string;
  path: string;
}

/** Makes a response of an API server. A string body is sent unchanged, everything else as JSON. */
export function aResponse(status: number, body: unknown = {}, headers: ApiResponse['headers'] = {}): ApiResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = { request: 'GET /', status, headers, body: Buffer.from(text) };
  return { ...response, json: <T>() => parseObject<T>(response, 'https://api.example.com:6443/') };
}

/** Makes a fake API server that records requests and answers them with the result of `respond`. */
export function fakeApi(respond: (request: RecordedRequest) => ApiResponse): {
  api: ClusterApi;
  requests: RecordedRequest[];
} {
  const requests: RecordedRequest[] = [];
  const api: Pick<ClusterApi, 'server' | 'request'> = {
    server: 'https://api.example.com:6443',
    request: async (method, path, options = {}) => {
      const request = { method, path, ...options };
      const { validate, ...sent } = request;
      requests.push(sent);
      const response = { ...respond(sent), request: `${method} ${path}` };
      if (response.status >= 200 && response.status < 203) validate?.(response);
      return response;
    },
  };
  return { api: api as ClusterApi, requests };
}
