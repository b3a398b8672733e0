import type { Output } from '../../terminal/output.js';
import type { RecoverResult } from '../procedure/recover.js';
import type { HardPruneReport } from '../report.js';
import { BLOBS } from './main-table.js';
import type { HardPruneDocument, HardPruneRecoveryDocument } from './document-type.js';

/** The output formats of `regadm prune hard`. */
export const hardPruneOutput: Output<HardPruneReport, HardPruneDocument> = {
  document: async (report) => (await import('./document.js')).hardPruneDocument(report),
  table: async (report, layout) => (await import('./table.js')).hardPruneTables(report, layout),
  name: async (report, order) => (await import('./lines.js')).hardPruneNames(report, order),
  oc: async (report) => (await import('./lines.js')).hardPrunePrunerLines(report),
  main: BLOBS,
};

/** The output formats of `regadm prune hard --recover`. Everything but the document is on stderr. */
export const recoveryOutput: Output<RecoverResult, HardPruneRecoveryDocument> = {
  document: ({ found, steps }) => ({ apiVersion: 'regadm/v1', kind: 'HardPruneRecovery', found, procedure: steps }),
  table: () => [],
  name: () => [],
  oc: () => [],
  main: { array: 'procedure', columns: {} },
};
