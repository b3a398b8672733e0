import { objectPruneOutput } from '../../object-prune/output/index.js';
import type { BuildPruneDocument } from './document-type.js';

/** The output formats of `regadm prune builds`. */
export const buildPruneOutput = objectPruneOutput<BuildPruneDocument>(async (report) => {
  const { documentParts } = await import('../../object-prune/output/document.js');
  const { head, options, summary, arrays } = documentParts(report);
  return { fields: { apiVersion: 'regadm/v1', kind: 'BuildPrune', ...head, options, summary }, arrays };
});
