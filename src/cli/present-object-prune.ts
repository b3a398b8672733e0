import { toExitStatus } from '../core/object-prune/exit-status.js';
import { keptLines } from '../core/object-prune/output/kept.js';
import { notesFor } from '../core/object-prune/output/notes.js';
import type { ObjectPruneReport } from '../core/object-prune/report.js';
import type { Output } from '../core/terminal/output.js';
import { stderr } from '../core/terminal/writer.js';
import type { Documents } from './documents.js';
import { present, type Presentation } from './present.js';

interface Options extends Presentation {
  /** What `-v` says. */
  verbosity: number;
  /** `--detailed-exitcode` */
  detailed: boolean;
}

/** Writes the result of `prune builds` or `prune deployments` and what belongs to it. @returns the exit status */
export async function presentObjectPrune<Kind extends 'BuildPrune' | 'DeploymentPrune'>(
  report: ObjectPruneReport,
  output: Output<ObjectPruneReport, Documents[Kind]>,
  { verbosity, detailed, ...presentation }: Options,
): Promise<number> {
  if (verbosity >= 4) await stderr().lines(keptLines(report));
  await present<Kind, ObjectPruneReport>(report, presentation, output);
  for (const note of notesFor(report, presentation.choice.output))
    if (note.startsWith('failed: ')) stderr().error(note);
    else stderr().line(note);
  return toExitStatus(report, detailed);
}
