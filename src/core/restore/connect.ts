import { reviewAccess } from '../cluster/access-review.js';
import type { ClusterApi } from '../cluster/api.js';
import { patchObject } from '../cluster/change-object.js';
import { getImage } from '../cluster/get-image.js';
import { HttpImageStreams } from '../cluster/image-streams/update.js';
import { listRecords } from '../cluster/lists/records.js';
import { createObject, findIfReadable, findObject, hasNamespace } from '../cluster/objects.js';
import { apiVersionOf, IMAGE_STREAMS, IMAGES, NAMESPACES } from '../cluster/resources.js';
import { reduceStream } from '../model/image-stream.js';
import type { KubeObject } from '../model/kube.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { StreamSettings } from '../model/stream-settings.js';
import { openClusterRegistry } from '../operator/open-registry.js';
import { verifyImages } from '../verification/verify-images.js';
import { RegistryWay } from '../verification/way/registry.js';
import { listImages } from './gather/list-images.js';
import type { RestoreCluster, RestorePorts } from './ports.js';

/** Those of a stream that is created without any. */
const DEFAULT_SETTINGS: StreamSettings = { local: false, labels: {}, annotations: {} };

/** Connects the ports of a restore to a cluster and its registry; sends no request. */
export function toRestorePorts(api: ClusterApi): RestorePorts {
  return {
    server: api.server,
    cluster: toCluster(api),
    openRegistry: (access, context) => openClusterRegistry(api, access, context),
    verifyImages: async (images, { registry, workers, reporter, signal }) => {
      const way = new RegistryWay(registry, { reporter, signal, workers });
      const limits = { repositories: new Set<string>(), digests: () => images };
      return (await verifyImages({ api, reporter, signal }, way, [], limits)).verification;
    },
  };
}

function toCluster(api: ClusterApi): RestoreCluster {
  const imageStreams = new HttpImageStreams(api);
  return {
    clusterUid: async (signal) =>
      (await findIfReadable(api, { resource: NAMESPACES, name: 'kube-system' }, { signal }))?.metadata.uid,
    streamUids: async (signal) => {
      const reader = { fields: { metadata: 'all' }, reduce: ({ metadata }: KubeObject) => metadata.uid ?? '' } as const;
      return new Set((await listRecords(api, IMAGE_STREAMS, reader, { signal })).records);
    },
    findStream: async (key, signal) => {
      const found = await findObject(api, streamReference(key), { signal, confirmAbsence: true });
      return found && reduceStream(found);
    },
    hasNamespace: (name, signal) => hasNamespace(api, name, signal),
    listImages: (wanted, { signal, onPage }) =>
      listImages(api, wanted, { signal, onPage: ({ count }) => onPage(count) }),
    createStream: async (key, { local, labels, annotations } = DEFAULT_SETTINGS) => {
      const { resource, namespace, name } = streamReference(key);
      const body = {
        apiVersion: apiVersionOf(resource),
        kind: resource.kind,
        metadata: { namespace, name, labels, annotations },
        spec: { lookupPolicy: { local } },
      };
      await createObject(api, { resource, namespace, name }, body);
    },
    findImage: (name) => getImage(api, name),
    createImage: async (image) =>
      void (await createObject(api, { resource: IMAGES, name: image.metadata.name }, image)),
    labelImage: async (name, metadata) => void (await patchObject(api, { resource: IMAGES, name }, { metadata })),
    updateStream: (key, decide) => imageStreams.update(key, decide),
    reviewAccess: (permission, signal) => reviewAccess(api, permission, signal),
  };
}

function streamReference(key: RepositoryName) {
  const [namespace = '', name = ''] = key.split('/');
  return { resource: IMAGE_STREAMS, namespace, name };
}
