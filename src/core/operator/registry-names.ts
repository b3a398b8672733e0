import { ApiError } from '../cluster/api-error.js';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { firstObjects } from '../cluster/lists/first-objects.js';
import { findIfReadable, type ObjectReference } from '../cluster/objects.js';
import { IMAGES, IMAGE_STREAMS, type ListedResource } from '../cluster/resources.js';
import type { SnapshotView } from '../model/table/snapshot.js';
import { textIn } from '../model/values/json.js';
import type { DiscoveryImage, DiscoveryStream, StatedHosts } from '../registry/discover.js';
import { IMAGE_CONFIG, PUBLIC_ROUTE } from './objects.js';

/** Number of images and of image streams that are read to find the registry; a cluster can have 100,000. */
const SAMPLE_SIZE = 500;

/** Images and image streams by which the registry is found. */
export interface ListedNames {
  images: Iterable<DiscoveryImage>;
  streams: Iterable<DiscoveryStream>;
}

/** Returns what a snapshot says about the registry's address. */
export function namesInSnapshot({ images, streams }: Pick<SnapshotView, 'images' | 'streams'>): ListedNames {
  function* managed(): Generator<DiscoveryImage> {
    for (let image = 0; image < images.count; image++) {
      if (images.managed(image))
        yield { managed: true, created: images.created(image), reference: images.reference(image) };
    }
  }
  return { images: managed(), streams };
}

/** A part of the cluster's images and image streams. */
interface Sample {
  images: KubeObject[];
  streams: KubeObject[];
}

/** Returns what images and image streams say about the registry's address. */
export function namesInObjects({ images, streams }: Sample): ListedNames {
  return {
    images: images.map((image) => ({
      managed: image.metadata.annotations?.['openshift.io/image.managed'] === 'true',
      created: Date.parse(image.metadata.creationTimestamp ?? ''),
      reference: String(image.dockerImageReference ?? ''),
    })),
    streams: streams.map(statedIn),
  };
}

/** Returns what an image stream states about the registry's host; nothing if its fields have other types. */
function statedIn({ spec, status }: KubeObject): DiscoveryStream {
  return {
    repository: textIn(status?.dockerImageRepository) ?? '',
    publicRepository: textIn(status?.publicDockerImageRepository) ?? '',
    namesRepository: Boolean(spec?.dockerImageRepository),
  };
}

/** Lists the first images and image streams. What the user cannot list is empty. */
export async function readSample(api: ClusterApi): Promise<Sample> {
  const [images, streams] = await Promise.all([readFirst(api, IMAGES), readFirst(api, IMAGE_STREAMS)]);
  return { images, streams };
}

async function readFirst(api: ClusterApi, resource: ListedResource): Promise<KubeObject[]> {
  return firstObjects(api, resource, SAMPLE_SIZE).catch((error: unknown) => {
    if (error instanceof ApiError) return [];
    throw error;
  });
}

/** Reads the hosts in the status of the cluster's image configuration; none if the user cannot read it. */
export async function readConfiguredHosts(api: ClusterApi): Promise<StatedHosts> {
  const status = (await findStated(api, IMAGE_CONFIG))?.status ?? {};
  const { internalRegistryHostname: internal, externalRegistryHostnames: external } = status;
  return { internal: hostsIn([internal]), public: hostsIn(Array.isArray(external) ? external : []) };
}

/** Finds the host of the registry's public route; undefined if there is none or the user cannot read it. */
export async function publicRoute(api: ClusterApi): Promise<string | undefined> {
  const route = await findStated(api, PUBLIC_ROUTE);
  const ingress = (route?.status as { ingress?: { host?: unknown }[] } | undefined)?.ingress;
  return hostsIn([ingress?.[0]?.host, route?.spec?.host])[0];
}

/** Reads an object, if it exists and the user can read it. Another object states nothing. */
async function findStated(api: ClusterApi, reference: ObjectReference): Promise<KubeObject | undefined> {
  const object = await findIfReadable(api, reference);
  return object?.kind === reference.resource.kind ? object : undefined;
}

function hostsIn(values: unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}
