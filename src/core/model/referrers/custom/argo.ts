import { toKinds } from './family.js';
import { textReader } from './texts.js';

/** Fields with text: a patch of the pods, and an object that a workflow creates or changes. */
const TEXTS = ['podSpecPatch', 'manifest'];

/**
 * Argo Rollouts and Argo Workflows. A rollout with `workloadRef` takes its pod template from another object, which is
 * read as one of its own kind.
 * @see https://argo-workflows.readthedocs.io/en/latest/fields/
 */
export const ARGO = toKinds({
  group: 'argoproj.io',
  kinds: {
    rollouts: 'Rollout',
    workflows: 'Workflow',
    cronworkflows: 'CronWorkflow',
    workflowtemplates: 'WorkflowTemplate',
    clusterworkflowtemplates: 'ClusterWorkflowTemplate',
  },
  ofCluster: ['clusterworkflowtemplates'],
  hasImagesInParameters: true,
  readers: (parameters) => [textReader(TEXTS, parameters)],
});
