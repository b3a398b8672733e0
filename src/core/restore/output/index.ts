import type { Output } from '../../terminal/output.js';
import type { RestoreReport } from '../report.js';
import { IMAGES } from './main-table.js';
import type { ImageRestoreDocument } from './document-type.js';

/** The output formats of `restore`. */
export const restoreOutput: Output<RestoreReport, ImageRestoreDocument> = {
  document: async (report) => (await import('./document.js')).toDocument(report),
  table: async (report, layout) => (await import('./tables.js')).tablePieces(report, layout),
  name: async (report, order) => (await import('./names.js')).nameLines(report, order),
  main: IMAGES,
};
