import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';

/** What an image says about the registry's address. */
export interface DiscoveryImage {
  /** True if it was pushed to this registry (annotation `openshift.io/image.managed: "true"`), not imported. */
  managed: boolean;
  /** Ms since the epoch. */
  created: number;
  /** `dockerImageReference`, which anyone who can push to a project can choose. */
  reference: string;
}

/** What an image stream says about the registry's address. */
export interface DiscoveryStream {
  /** `status.dockerImageRepository` */
  repository: string;
  /** `status.publicDockerImageRepository` */
  publicRepository: string;
  /** True if `spec.dockerImageRepository` is set: then the status can repeat what a tenant wrote there. */
  namesRepository: boolean;
}

/** Hosts of the registry that the API server itself states, each `host[:port]`. */
export interface StatedHosts {
  internal: string[];
  public: string[];
}

/** Adds the hosts that image streams state to those of the cluster's image configuration. */
export function addStreamHosts(stated: StatedHosts, streams: Iterable<DiscoveryStream>): StatedHosts {
  const internal = new Set(stated.internal);
  const publicHosts = new Set(stated.public);
  for (const { repository, publicRepository, namesRepository } of streams) {
    if (namesRepository) continue;
    addHost(internal, repository);
    addHost(publicHosts, publicRepository);
  }
  return { internal: [...internal], public: [...publicHosts] };
}

/**
 * Chooses the host of the registry among those that the API server states: the one in the reference of the newest
 * image that was pushed, as `oc` does, if it is one of them; else the internal name, else a public one. An image never
 * adds a host, because the registry gets the token.
 * @returns `host[:port]`
 * @throws RegadmError (REGISTRY_UNKNOWN)
 */
export function chooseRegistryHost(stated: StatedHosts, images: Iterable<DiscoveryImage>): string {
  const candidates = [...stated.internal, ...stated.public];
  const [first] = candidates;
  if (first === undefined) {
    throw new RegadmError(
      "the registry cannot be found: neither the cluster's image configuration nor an image stream states its host",
      {
        code: 'REGISTRY_UNKNOWN',
        suggestions: [ADVICE.registryAddress, ADVICE.apiObjectsOnly],
      },
    );
  }
  const newest = candidates.length > 1 ? newestHost(images) : undefined;
  return newest !== undefined && candidates.includes(newest) ? newest : first;
}

function newestHost(images: Iterable<DiscoveryImage>): string | undefined {
  let newest: { created: number; host: string } | undefined;
  for (const image of images) {
    if (!image.managed || (newest && image.created <= newest.created)) continue;
    const host = hostOf(image.reference);
    if (host) newest = { created: image.created, host };
  }
  return newest?.host;
}

function addHost(hosts: Set<string>, repository: string): void {
  const host = hostOf(repository);
  if (host) hosts.add(host);
}

/** Returns the host of a reference. The first component is a host only if it has a dot or a colon, or is localhost. */
function hostOf(reference: string): string | undefined {
  const slash = reference.indexOf('/');
  const first = slash > 0 ? reference.slice(0, slash) : '';
  return /[.:]/.test(first) || first === 'localhost' ? first : undefined;
}
