import type { ApiRequestOptions, ClusterApi } from './api.js';

/** Returns the same cluster for requests beside the work of a run, which continues without their responses. */
export function notAwaited(api: ClusterApi): ClusterApi {
  const beside = (options?: ApiRequestOptions): ApiRequestOptions => ({ ...options, isAwaited: false });
  const own: Pick<ClusterApi, 'request' | 'get'> = {
    request: (method, path, options) => api.request(method, path, beside(options)),
    get: (path, options) => api.get(path, beside(options)),
  };
  return Object.assign(Object.create(api) as ClusterApi, own);
}
