import { REGISTRY_NAMESPACE } from '../model/openshift.js';

/** Returns the labels of every printed object and of the pods; `app` is the name of most of them. */
export function labelsOf(app: string): Record<string, string> {
  return { ...podSelector(app), 'app.kubernetes.io/part-of': 'regadm' };
}

/** Returns the label that selects the pods. */
export function podSelector(app: string): Record<string, string> {
  return { 'app.kubernetes.io/name': app };
}

/** Returns the metadata of an object in the registry's namespace. */
export function inRegistryNamespace(app: string, annotations?: Record<string, string>): object {
  return {
    name: app,
    namespace: REGISTRY_NAMESPACE,
    labels: labelsOf(app),
    ...(annotations && { annotations }),
  };
}

/** Returns the metadata of an object without a namespace. */
export function ofCluster(app: string, name = app): object {
  return { name, labels: labelsOf(app) };
}
