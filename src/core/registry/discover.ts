import { RegadmError } from '../model/errors.js';

/** What of an image tells where the registry is. */
export interface DiscoveryImage {
  /** Annotated `openshift.io/image.managed: "true"`: pushed to this registry, not imported. */
  managed: boolean;
  /** Milliseconds since 1970. */
  created: number;
  /** `dockerImageReference`. */
  reference: string;
}

/**
 * The registry's host: of the newest managed image's reference, else of an image stream's `status.dockerImageRepository`
 * (`repository`). References without a host are passed over.
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
    suggestions: ['pass --registry-url', 'pass --prune-registry=false to prune API objects only'],
  });
}

/** The first component counts as a host only if it has a dot or a colon or is localhost. */
function hostOf(reference: string): string | undefined {
  const slash = reference.indexOf('/');
  const first = slash > 0 ? reference.slice(0, slash) : '';
  return /[.:]/.test(first) || first === 'localhost' ? first : undefined;
}
