import type { ClusterApi } from '../cluster/api.js';
import { HttpImageStreams } from '../cluster/image-streams.js';
import { HttpImages } from '../cluster/images.js';
import { pendingRecoveryNotice } from '../operator/lease/notice.js';
import { findRegistry } from '../operator/open-registry.js';
import type { PrunePorts } from './ports.js';

/** Connects the ports of a prune to a cluster and its registry; sends no request. */
export function toPrunePorts(api: ClusterApi): PrunePorts {
  return {
    api,
    imageStreams: new HttpImageStreams(api),
    images: new HttpImages(api),
    openRegistry: (access, context, snapshot) => findRegistry(api, snapshot, access, context),
    findUnfinishedHardPrune: () => pendingRecoveryNotice(api),
  };
}
