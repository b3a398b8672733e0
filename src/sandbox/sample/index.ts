import type { LoadContext } from '../load-context.js';
import { REGISTRY_NAMESPACE } from '../names.js';
import { REGISTRY_IMAGE } from '../operator/deployment.js';
import { SampleBuilder } from './builder.js';
import { customResource, extendedUses, invalidReference } from './extended-uses.js';
import { manyImages } from './many.js';
import { orphans } from './orphans.js';
import { workloads } from './workloads.js';

/** Age of all files, in ms, so that a hard prune does not treat them as pushes in progress. */
const STORAGE_AGE_MS = 30 * 24 * 3_600_000;

/** Fills the cluster and the registry with the sample data, enlarged to `options.images` images. */
export async function loadSample(context: LoadContext): Promise<void> {
  const sample = new SampleBuilder(context);
  workloads(sample);
  extendedUses(sample);
  customResource(sample);
  lastPrunerRun(sample);
  orphans(sample);
  if (context.faults.has('invalid-reference')) invalidReference(sample);
  if (context.options.prunableInPod && !context.faults.has('no-pruner-role')) pruneRole(sample);
  const present = context.store.entries(context.store.resource('images')).length;
  const wanted = context.options.images ?? 0;
  if (wanted > present) manyImages(sample, wanted - present);
  context.storage.backdate(new Date(Date.now() - STORAGE_AGE_MS));
}

/**
 * Grants the registry's service account what its pruner needs, as
 * `oc adm policy add-cluster-role-to-user system:image-pruner -z registry -n openshift-image-registry` does.
 */
function pruneRole(sample: SampleBuilder): void {
  sample.put('clusterrolebindings', {
    metadata: { name: 'system:image-pruner' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:image-pruner' },
    subjects: [{ kind: 'ServiceAccount', name: 'registry', namespace: REGISTRY_NAMESPACE }],
  });
}

/** Adds the Job of the cluster's own pruner, which ran last night. */
function lastPrunerRun(sample: SampleBuilder): void {
  sample.put('jobs', {
    metadata: {
      name: 'image-pruner-29012400',
      namespace: REGISTRY_NAMESPACE,
      labels: { 'created-by': 'image-pruner' },
      creationTimestamp: sample.ago(9),
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'image-pruner', controller: true }],
    },
    spec: {
      template: {
        spec: {
          serviceAccountName: 'pruner',
          restartPolicy: 'Never',
          containers: [{ name: 'image-pruner', image: REGISTRY_IMAGE }],
        },
      },
    },
    status: {
      succeeded: 1,
      startTime: sample.ago(9),
      completionTime: sample.ago(8.9),
      conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: sample.ago(8.9) }],
    },
  });
}
