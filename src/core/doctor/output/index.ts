import type { Output } from '../../terminal/output.js';
import { CHECKS } from './main-table.js';
import type { DoctorDocument } from '../report.js';

export const doctorOutput: Output<DoctorDocument, DoctorDocument> = {
  document: (report) => report,
  table: async (report, layout) => (await import('./text.js')).doctorLines(report, layout),
  main: CHECKS,
};
