import type { Output } from '../../terminal/output.js';
import type { ImagePruneReport } from '../report.js';
import type { ImagePruneDocument } from './document-type.js';
import { IMAGES } from './main-table.js';

/** The output formats of `regadm prune images`. */
export const imagePruneOutput: Output<ImagePruneReport, ImagePruneDocument> = {
  document: async (report) => (await import('./document.js')).imagePruneDocument(report),
  table: async (report, layout) => (await import('./tables.js')).tablePieces(report, layout),
  name: async (report, order) => (await import('./names.js')).nameLines(report, order),
  oc: async (report) => (await import('./oc.js')).ocLines(report),
  main: IMAGES,
  columnValue: async ({ plan }) => {
    const where = (await import('./where.js')).placesOf(plan, plan.images);
    return (position) => where(plan.images[position]!);
  },
};
