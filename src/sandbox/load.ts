import type { KubeObject } from '../core/model/kube.js';
import { clusterRoleBindings, clusterRoles } from './api/roles.js';
import type { Store } from './api/store.js';
import type { LoadContext } from './load-context.js';
import { seedRegistry } from './registry/seed.js';

/** Fills the cluster (roles, the operator's objects, sample data, the objects of the options) and the registry. */
export async function loadCluster(context: LoadContext): Promise<void> {
  const { options, store, operator, host } = context;
  for (const role of clusterRoles()) store.put('clusterroles', role);
  for (const binding of clusterRoleBindings()) store.put('clusterrolebindings', binding);
  if (operator.managesRegistry()) operator.install(host);
  if (options.sample || options.images) await (await import('./sample/index.js')).loadSample(context);
  for (const [resource, objects] of Object.entries(options.cluster ?? {})) {
    for (const object of objects) store.put(resource, object);
  }
  addNamespaces(store);
  // The sample data has filled the registry already, orphans included.
  if (options.cluster) seedRegistry(store, context.storage);
}

/** Creates `default`, `kube-system`, whose uid identifies the cluster, and the namespaces of all objects. */
function addNamespaces(store: Store): void {
  const names = new Set<string>(['default', 'kube-system']);
  for (const definition of store.definitions.filter((candidate) => candidate.namespaced)) {
    for (const entry of store.entries(definition)) names.add(entry.key.slice(0, entry.key.indexOf('/')));
  }
  const namespaces = store.resource('namespaces');
  for (const name of names) {
    if (!store.find(namespaces, undefined, name)) store.write(namespaces, namespaceObject(name));
  }
}

function namespaceObject(name: string): KubeObject {
  return { metadata: { name, labels: { 'kubernetes.io/metadata.name': name } }, spec: {}, status: { phase: 'Active' } };
}
