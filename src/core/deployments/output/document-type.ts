import type { ObjectPruneDocument, ObjectPruneDocumentOptions } from '../../object-prune/output/document-type.js';

/** What `regadm prune deployments -o json` prints. Keys are stable; new ones can be added. */
export type DeploymentPruneDocument = ObjectPruneDocument<'DeploymentPrune', DeploymentPruneOptions>;

export interface DeploymentPruneOptions extends ObjectPruneDocumentOptions {
  /** --replica-sets */
  replicaSets: boolean;
}
