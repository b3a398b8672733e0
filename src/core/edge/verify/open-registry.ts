import type { ClusterApi } from '../../cluster/api.js';
import type { Reporter } from '../../kit/reporter.js';
import { RegadmError } from '../../model/errors.js';
import type { OpenRegistry } from './login.js';

export interface RegistryAccess {
  /** `host[:port]`, or a URL without a path; undefined: the cluster's name for the registry, then its public route. */
  url?: string;
  /** Certificates of authorities, PEM. */
  authorities?: readonly string[];
}

/**
 * Makes the function that opens the managed cluster's registry. It throws RegadmError REGISTRY_UNKNOWN, RegistryError.
 */
export function registryOpener(
  api: ClusterApi,
  { url, authorities }: RegistryAccess,
  reporter: Reporter,
): OpenRegistry {
  return async ({ internal, route, token }) => {
    const host = url ?? internal ?? route;
    if (host === undefined) {
      throw new RegadmError('the cluster does not name its registry', {
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
      reporter,
    });
  };
}
