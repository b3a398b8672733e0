import type { Digest } from './digest.js';
import { readPending } from './pending.js';
import type { KubeObject } from './kube.js';

/** An image stream, reduced to what decisions need. Times are in ms since the epoch. */
export interface StreamRecord {
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  created: number;
  /** `status.dockerImageRepository`: where images of the stream are pulled from. */
  repository: string;
  /** `status.publicDockerImageRepository`. */
  publicRepository: string;
  /** True if `spec.dockerImageRepository` is set: without a registry, the API server copies it to the status. */
  namesRepository: boolean;
  tags: { name: string; items: { image: string; created: number }[] }[];
  /** Digests whose tag items an earlier run removed, and whose links can be left: annotation `regadm/pending`. */
  pending: Digest[];
  /** What is wrong with that annotation; undefined if nothing is. */
  pendingProblem?: string;
}

interface RawStatus {
  dockerImageRepository?: string;
  publicDockerImageRepository?: string;
  tags?: RawTag[] | null;
}

interface RawTag {
  tag?: string;
  items?: { image?: string; created?: string }[] | null;
}

/** Reduces an ImageStream object. */
export function reduceStream(object: KubeObject): StreamRecord {
  const { digests: pending, problem: pendingProblem } = readPending(object.metadata.annotations);
  const status = (object.status ?? {}) as RawStatus;
  const spec = (object.spec ?? {}) as { dockerImageRepository?: string };
  return {
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    resourceVersion: object.metadata.resourceVersion ?? '',
    created: Date.parse(object.metadata.creationTimestamp ?? ''),
    repository: status.dockerImageRepository ?? '',
    publicRepository: status.publicDockerImageRepository ?? '',
    namesRepository: Boolean(spec.dockerImageRepository),
    tags: (status.tags ?? []).map(({ tag, items }) => ({
      name: tag ?? '',
      items: (items ?? []).map((item) => ({ image: item.image ?? '', created: Date.parse(item.created ?? '') })),
    })),
    pending,
    ...(pendingProblem === undefined ? {} : { pendingProblem }),
  };
}

/** Returns `namespace/name` of a stream, which is its repository in the registry. */
export function streamKey(stream: { namespace: string; name: string }): string {
  return `${stream.namespace}/${stream.name}`;
}
