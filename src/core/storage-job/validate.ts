import type { ClusterApi } from '../cluster/api.js';
import { checkCreation } from '../cluster/check-creation.js';
import { JOBS, defineResource, type Resource } from '../cluster/resources.js';
import { mapParallel } from '../kit/parallel.js';
import type { KubeObject } from '../model/kube.js';

const RBAC = 'rbac.authorization.k8s.io/v1';
const CLUSTER = { namespaced: false };

/** The resources of the printed objects. */
const RESOURCES: Resource[] = [
  defineResource('v1', 'serviceaccounts', 'ServiceAccount'),
  defineResource('v1', 'configmaps', 'ConfigMap'),
  defineResource(RBAC, 'roles', 'Role'),
  defineResource(RBAC, 'rolebindings', 'RoleBinding'),
  defineResource(RBAC, 'clusterroles', 'ClusterRole', CLUSTER),
  defineResource(RBAC, 'clusterrolebindings', 'ClusterRoleBinding', CLUSTER),
  defineResource('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy'),
  JOBS,
  defineResource('batch/v1', 'cronjobs', 'CronJob'),
];

const CONCURRENCY = 8;

/**
 * Lets the API server check all objects in a dry run.
 * @param options without retries, it answers in a few seconds
 * @returns a note about the result
 * @throws RegadmError OBJECT_REFUSED if it refuses one
 */
export async function validate(
  api: ClusterApi,
  objects: KubeObject[],
  options: { signal: AbortSignal; retry: boolean },
): Promise<string> {
  const answers = await mapParallel(objects, CONCURRENCY, (object) => {
    const resource = RESOURCES.find(({ kind }) => kind === object.kind)!;
    return checkCreation(api, resource, object, options);
  });
  const reasons = answers.filter((reason) => reason !== undefined);
  if (reasons.length === 0) return `the API server accepts all ${objects.length} objects (dry run)`;
  return `warning: the API server does not accept ${reasons.length} of ${objects.length} objects (dry run): ${reasons[0]}`;
}
