import type { Output } from '../../terminal/output.js';
import type { PolicyCheckReport } from '../report.js';
import { RULES } from './main-table.js';
import type { PolicyCheckDocument } from './document-type.js';

/** The output formats of `regadm policy check`. */
export const policyCheckOutput: Output<PolicyCheckReport, PolicyCheckDocument> = {
  document: async (report) => (await import('./document.js')).policyCheckDocument(report),
  table: async (report, layout) => (await import('./table.js')).policyCheckLines(report, layout),
  main: RULES,
};
