import type { Output } from '../../terminal/output.js';
import type { Run, RunDocument, ScheduleDocument } from '../report.js';

export const scheduleOutput: Output<ScheduleDocument, ScheduleDocument> = {
  document: (document) => document,
  table: async (document, layout) => (await import('./table.js')).scheduleLines(document, layout),
};

/** The text format is empty, because the Job's log is the output for people. */
export const runOutput: Output<Run, RunDocument> = {
  document: (run) => ({ apiVersion: 'regadm/v1', kind: 'PruneRun', ...run }),
  table: () => [],
};
