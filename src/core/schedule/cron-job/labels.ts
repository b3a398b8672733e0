import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../model/openshift.js';

/** Labels of every printed object and of the pods; the NetworkPolicy selects the pods by the first one. */
export const LABELS = { 'app.kubernetes.io/name': OWN_CRON_JOB, 'app.kubernetes.io/part-of': 'regadm' };
export const POD_SELECTOR = { 'app.kubernetes.io/name': OWN_CRON_JOB };

/** Returns the metadata of an object in the registry's namespace. */
export function inRegistryNamespace(annotations?: Record<string, string>): object {
  return {
    name: OWN_CRON_JOB,
    namespace: REGISTRY_NAMESPACE,
    labels: { ...LABELS },
    ...(annotations && { annotations }),
  };
}

/** Returns the metadata of an object without a namespace. */
export function ofCluster(name: string): { name: string; labels: Record<string, string> } {
  return { name, labels: { ...LABELS } };
}
