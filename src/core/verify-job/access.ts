import type { Permission } from '../cluster/access-review.js';
import {
  EXTENDED_REFERRERS,
  IMAGES,
  IMAGE_STREAMS,
  JOBS,
  LIMIT_RANGES,
  NAMESPACES,
  REFERRERS,
  type Resource,
} from '../cluster/resources.js';
import { accessObjects } from '../storage-job/access.js';
import type { Place } from '../storage-job/place.js';
import { VERIFY_APP, resultNamed } from '../verification/stored-result.js';
import type { VerifyJobRequest } from './request.js';

/** Returns the service account, and roles with exactly what the pods need, with their bindings. */
export function verifyAccess({ parallelism }: VerifyJobRequest, { access }: Place): object[] {
  const ofStore = access.via === 'store' ? access.permissions : [];
  return accessObjects(VERIFY_APP, [...READ_CLUSTER, ...ofStore, ...storeResults(parallelism)]);
}

const LISTED = [IMAGES, IMAGE_STREAMS, ...REFERRERS, ...EXTENDED_REFERRERS, LIMIT_RANGES];

/** Needed to find out what images need, who lists and uses them, and which cluster this is. */
const READ_CLUSTER: Permission[] = [
  ...LISTED.map((resource) => permission('list', resource)),
  // Of an image that is not in the list, although a stream lists it.
  permission('get', IMAGES),
  { ...permission('get', NAMESPACES), name: 'kube-system' },
];

function permission(verb: string, { group, resource }: Resource): Permission {
  return { verb, group, resource };
}

/** Returns what is needed to store documents. RBAC cannot limit creation by name. */
function storeResults(parallelism: number): Permission[] {
  const { resource, namespace } = resultNamed(0);
  const inNamespace = { group: resource.group, resource: resource.resource, namespace };
  const names = Array.from({ length: parallelism }, (_, index) => resultNamed(index).name);
  return [
    // A pod stores its document only for a Job that exists. Those of a CronJob have other names.
    { ...permission('get', JOBS), namespace },
    { verb: 'create', ...inNamespace },
    ...names.map((name) => ({ verb: 'delete', ...inNamespace, name })),
  ];
}
