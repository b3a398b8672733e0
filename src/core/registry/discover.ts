import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';

/** The fields of an image that show the registry's address. */
interface DiscoveryImage {
  /** True if it was pushed to this registry (annotation `openshift.io/image.managed: "true"`), not imported. */
  managed: boolean;
  /** Ms since the epoch. */
  created: number;
  /** `dockerImageReference`. */
  reference: string;
}

/**
 * Finds the host of the registry in the reference of the newest image that was pushed to it, else in an image stream's
 * `status.dockerImageRepository` (`repository`). Ignores references without a host.
 * @returns `host[:port]`
 * @throws RegadmError (REGISTRY_UNKNOWN)
 */
export function discoverRegistryHost(
  images: Iterable<DiscoveryImage>,
  streams: Iterable<{ repository?: string }>,
): string {
  let newest: { created: number; host: string } | undefined;
  for (const image of images) {
    if (!image.managed || (newest && image.created <= newest.created)) continue;
    const host = hostOf(image.reference);
    if (host) newest = { created: image.created, host };
  }
  if (newest) return newest.host;
  for (const { repository } of streams) {
    const host = hostOf(repository ?? '');
    if (host) return host;
  }
  throw new RegadmError('the registry cannot be found: no image was pushed to it, and no image stream names it', {
    code: 'REGISTRY_UNKNOWN',
    suggestions: [ADVICE.registryAddress, ADVICE.apiObjectsOnly],
  });
}

/** Returns the host of a reference. The first component is a host only if it has a dot or a colon, or is localhost. */
function hostOf(reference: string): string | undefined {
  const slash = reference.indexOf('/');
  const first = slash > 0 ? reference.slice(0, slash) : '';
  return /[.:]/.test(first) || first === 'localhost' ? first : undefined;
}
