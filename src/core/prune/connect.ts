import { reviewAccess } from '../cluster/access-review.js';
import type { ClusterApi } from '../cluster/api.js';
import { getImage } from '../cluster/get-image.js';
import { HttpImageStreams } from '../cluster/image-streams/update.js';
import { HttpImages } from '../cluster/images.js';
import { listAny } from '../cluster/lists/all-referrers.js';
import { listMetadata } from '../cluster/lists/list-metadata.js';
import { listReferrers } from '../cluster/lists/list-referrers.js';
import { readList } from '../cluster/lists/list.js';
import { readSnapshot } from '../cluster/lists/read-snapshot.js';
import { findIfReadable, findObject, hasNamespace, listObjects } from '../cluster/objects.js';
import { IMAGE_STREAMS, JOBS, NAMESPACES, PODS } from '../cluster/resources.js';
import { confirmWatch, watchList } from '../cluster/watch.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { isSetReadOnly } from '../operator/config.js';
import { pendingRecoveryNotice } from '../operator/lease/notice.js';
import { EarlyRegistry } from '../operator/open-early.js';
import { openClusterRegistry } from '../operator/open-registry.js';
import { namesInSnapshot } from '../operator/registry-names.js';
import { readRegistrySetup } from '../operator/state.js';
import type { BackupPorts, ClusterChecks, ClusterReads, PrunePorts } from './ports.js';

/** Connects the ports of a prune to a cluster and its registry; sends no request. */
export function toPrunePorts(api: ClusterApi): PrunePorts {
  return {
    server: api.server,
    cluster: toClusterReads(api),
    checks: toClusterChecks(api),
    imageStreams: new HttpImageStreams(api),
    images: new HttpImages(api),
    backup: toBackupPorts(api),
    openRegistry: (access, context, snapshot) =>
      openClusterRegistry(api, access, context, snapshot && namesInSnapshot(snapshot)),
    startOpening: (access, context) => {
      const early = new EarlyRegistry(api, access, context);
      return { open: (snapshot) => early.open(namesInSnapshot(snapshot)), cancel: () => early.cancel() };
    },
    verifyImages: async (through, deleted, context) => {
      const { verifyThrough } = await import('./verify/connect.js');
      return verifyThrough(api, through, deleted, context);
    },
    readRegistrySetup: () => readRegistrySetup(api),
    findUnfinishedHardPrune: () => pendingRecoveryNotice(api),
  };
}

function toBackupPorts(api: ClusterApi): BackupPorts {
  return {
    readImage: (name, signal) => getImage(api, name, signal),
    readStream: (key, signal) => {
      const [namespace = '', name = ''] = key.split('/');
      return findObject(api, { resource: IMAGE_STREAMS, namespace, name }, { signal });
    },
    clusterUid: async (signal) =>
      (await findIfReadable(api, { resource: NAMESPACES, name: 'kube-system' }, { signal }))?.metadata.uid,
    openStorage: async (choice, options) => {
      const { openRegistryStorage } = await import('../operator/registry-storage/open.js');
      return (await openRegistryStorage(api, choice, options)).storage;
    },
    openDirectory: async (directory) => {
      const { openBackupForWriting } = await import('../backup-directory/open.js');
      return openBackupForWriting(directory);
    },
  };
}

/** Connects lists and watches to a cluster. */
export function toClusterReads(api: ClusterApi): ClusterReads {
  return {
    readSnapshot: (options) => readSnapshot(api, options),
    readList: (resource, reader, options) => readList(api, resource, reader, options),
    listAny: (resource, hosts, options) => listAny(api, resource, hosts, options),
    listReferrers: (resource, reducers, options) => listReferrers(api, resource, reducers, options),
    listMetadata: (resource, options) => listMetadata(api, resource, options),
    watch: (resource, options, sink) => watchList(api, resource, options, sink),
    confirmWatch: (resource, options) => confirmWatch(api, resource, options),
  };
}

/** Connects the checks before a prune to a cluster. */
export function toClusterChecks(api: ClusterApi): ClusterChecks {
  const inRegistry = { namespace: REGISTRY_NAMESPACE };
  return {
    namespace: api.namespace,
    hasToken: async () => (await api.token()) !== undefined,
    reviewAccess: (permission, signal) => reviewAccess(api, permission, signal),
    isSetReadOnly: (signal) => isSetReadOnly(api, signal),
    hasNamespace: (name, signal) => hasNamespace(api, name, signal),
    listJobs: (signal) => listObjects(api, JOBS, { ...inRegistry, signal }),
    listPods: (signal) => listObjects(api, PODS, { ...inRegistry, signal }),
    findPod: (namespace, name, signal) => findIfReadable(api, { resource: PODS, namespace, name }, { signal }),
  };
}
