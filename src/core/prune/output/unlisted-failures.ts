import { failureLines, listsFailures } from '../../terminal/failure-lines.js';
import type { ImagePruneReport } from '../report.js';

/**
 * Lists failures on stderr if stdout does not name them: `oc` and `name` list only what was done.
 * @param format what `-o` says
 * @param isIncomplete true if stdout did not take the whole output
 */
export function unlistedFailures(
  { failures, warnings }: ImagePruneReport,
  format: string,
  isIncomplete: boolean,
): string[] {
  return listsFailures(format) && !isIncomplete ? [] : failureLines(failures, warnings);
}
