import type { Output } from '../../terminal/output.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { OBJECTS } from './main-table.js';
import type { ObjectPruneReport } from '../report.js';

/** The output formats of `prune builds` and `prune deployments`. */
export function objectPruneOutput<Document extends object>(
  document: (report: ObjectPruneReport) => Promise<StreamedDocument<Document>>,
): Output<ObjectPruneReport, Document> {
  return {
    document,
    table: async (report, layout) => (await import('./tables.js')).tablePieces(report, layout),
    name: async (report, order) => (await import('./names.js')).nameLines(report, order),
    oc: async (report) => (await import('./oc.js')).ocLines(report),
    main: OBJECTS,
  };
}
