import type { ApiServer } from './api/server.js';
import { expired, statusFor } from './api/status.js';
import type { Exec } from './pod/exec.js';
import { inconsistentToken } from './api/lists.js';
import type { RegistryLog } from './registry/log.js';
import type { RegistryServer } from './registry/server.js';
import type { Handler } from './http/server.js';

/** Connects the API server to its HTTP server. */
export function apiHandler(api: ApiServer, exec: Exec): Handler {
  return {
    kind: 'api',
    userName: (request) => {
      try {
        return api.authenticate(request).name;
      } catch {
        return 'unknown';
      }
    },
    handle: (request) => api.handle(request),
    statusResponse: (status) => statusFor(status).response(),
    expiredResponse: (request) => {
      const token = request.query.get('continue');
      return expired(token ? { continue: inconsistentToken(token) } : {}).response();
    },
    upgrade: (request, upgrade, fault) => exec.upgrade(request, upgrade, fault),
  };
}

/** Connects the registry to its HTTP server. */
export function registryHandler(registry: RegistryServer, log: RegistryLog): Handler {
  return {
    kind: 'registry',
    userName: (request) => registry.access.userName(request),
    handle: (request) => {
      const response = registry.handle(request);
      log.record(request, response.status);
      return response;
    },
    statusResponse: (status, request) => registry.statusResponse(status, request),
  };
}
