import { reviewAccess } from '../cluster/access-review.js';
import type { ClusterApi } from '../cluster/api.js';
import { listRecords } from '../cluster/lists/records.js';
import { deleteObject, findObject, hasNamespace } from '../cluster/objects.js';
import type { ObjectPrunePorts } from './ports.js';

/** Connects the ports to a cluster; sends no request. */
export function toObjectPrunePorts(api: ClusterApi): ObjectPrunePorts {
  return {
    server: api.server,
    list: (resource, reader, options) => listRecords(api, resource, reader, options),
    find: (target) => findObject(api, target, { confirmAbsence: true }),
    delete: (target, { uid, resourceVersion, beforeRetry }) =>
      deleteObject(api, target, { uid, resourceVersion, propagation: 'Background', beforeRetry }),
    reviewAccess: (permission, signal) => reviewAccess(api, permission, signal),
    hasNamespace: (name, signal) => hasNamespace(api, name, signal),
  };
}
