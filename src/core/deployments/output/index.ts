import { objectPruneOutput } from '../../object-prune/output/index.js';
import type { DeploymentPruneDocument } from './document-type.js';

/** The output formats of `regadm prune deployments`. */
export const deploymentPruneOutput = objectPruneOutput<DeploymentPruneDocument>(async (report) => {
  const { documentParts } = await import('../../object-prune/output/document.js');
  const { head, summary, arrays, ...parts } = documentParts(report);
  const options = { ...parts.options, replicaSets: report.plan.options.replicaSets };
  return { fields: { apiVersion: 'regadm/v1', kind: 'DeploymentPrune', ...head, options, summary }, arrays };
});
