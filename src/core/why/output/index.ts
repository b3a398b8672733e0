import type { Output } from '../../terminal/output.js';
import type { WhyReport } from '../explanation.js';
import type { PruneWhyDocument } from './document-type.js';

export const whyOutput: Output<WhyReport, PruneWhyDocument> = {
  document: async (report) => (await import('./document.js')).whyDocument(report),
  table: async (report, layout) => (await import('./table.js')).whyPieces(report, layout),
};
