import { toExitStatus } from '../core/hard-prune/exit-status.js';
import { closingLines, unlistedFailures } from '../core/hard-prune/output/closing.js';
import { hardPruneOutput } from '../core/hard-prune/output/index.js';
import type { HardPruneResult } from '../core/hard-prune/report.js';
import { stderr, stdout } from '../core/terminal/writer.js';
import { present, type Presentation } from './present.js';

interface Options extends Presentation {
  /** True if the run was to empty a blob cache in Redis. */
  emptiesCache: boolean;
  /** `--detailed-exitcode` */
  detailed: boolean;
}

/** Writes the result of `prune hard` and what belongs to it. @returns the exit status */
export async function presentHardPrune(
  result: HardPruneResult,
  { emptiesCache, detailed, ...presentation }: Options,
): Promise<number> {
  await present(result.report, presentation, hardPruneOutput);
  await stderr().lines(unlistedFailures(result.report, presentation.choice.output, stdout().isIncomplete));
  for (const line of closingLines(result, emptiesCache))
    if (line.startsWith('hint: ')) stderr().line(line);
    else stderr().error(line);
  return toExitStatus(result, detailed);
}
