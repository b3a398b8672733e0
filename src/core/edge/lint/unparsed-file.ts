import type { Finding } from './finding.js';
import { error, warning } from './rules/rule.js';
import type { GivenFile } from './sources/given-files.js';

/**
 * Reports a file that is not YAML or JSON, or cannot be read.
 * @param isUnused true if it is a source file that no enabled policy names: it can be a template of another program
 */
export function unparsedFile({ problem, isUnreadable }: GivenFile, isUnused: boolean): Finding[] {
  if (!problem) return [];
  const { file, line = 1, message } = problem;
  const remedy = isUnused
    ? 'leave the file out, or correct it: no enabled policy names it'
    : isUnreadable
      ? 'pass text files in UTF-8 that you can read; of a directory, its files'
      : 'correct the file; it was not checked';
  return [(isUnused ? warning : error)(isUnreadable ? 'unreadable' : 'yaml', { file, line }, message, remedy)];
}
