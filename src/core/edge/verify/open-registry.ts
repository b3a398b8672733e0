import type { ClusterApi } from '../../cluster/api.js';
import { RegadmError } from '../../model/errors.js';
import type { OpenRegistry } from './login.js';

export interface RegistryAccess {
  url?: string;
  authorities?: readonly string[];
  warn(line: string): void;
  log(level: number, line: string): void;
}

/** Opens the registry as the other commands do: the given address, else the cluster's own name for it, else its public route. */
export function registryOpener(api: ClusterApi, { url, authorities, warn, log }: RegistryAccess): OpenRegistry {
  return async ({ internal, route, token }) => {
    const host = url ?? internal ?? route;
    if (host === undefined) {
      throw new RegadmError('the cluster names no registry', {
        code: 'REGISTRY_UNKNOWN',
        suggestions: ['expose the registry (spec.defaultRoute: true in its Config), or pass --registry-url'],
      });
    }
    const { openRegistry } = await import('../../registry/index.js');
    return openRegistry({
      host,
      explicit: url !== undefined,
      authorities,
      forceInsecure: false,
      clusterInsecure: api.insecure,
      clusterCa: api.certificateAuthority,
      token,
      workers: 1,
      publicRoute: async () => route,
      warn,
      log,
    });
  };
}
