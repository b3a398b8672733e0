import type { Output } from '../../terminal/output.js';
import type { RegistryStatusReport } from '../report.js';
import { STREAMS } from './main-table.js';
import type { RegistryStatusDocument } from './document-type.js';

export const statusOutput: Output<RegistryStatusReport, RegistryStatusDocument> = {
  document: async (report) => (await import('./document.js')).statusDocument(report),
  table: async (report, layout) => (await import('./table.js')).statusPieces(report, layout),
  main: STREAMS,
};
