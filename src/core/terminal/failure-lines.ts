import { remediesOf, type Failure } from '../model/document.js';
import { lateImagesFirst } from '../model/late-image.js';
import { stderr } from './writer.js';

/** Maximum number of failures that are listed: tenants choose how many objects there are. */
const LISTED = 20;

/** Returns true if a format of `-o` lists failures itself: the others list only what was done, or what is selected. */
export function listsFailures(format: string): boolean {
  return ['table', 'wide', 'json', 'yaml'].includes(format);
}

/**
 * Lists failures and what to do about them, for stderr.
 * @param warnings warnings of the run: a failure that one of them describes is omitted, except with `--quiet`, which
 *   did not print them
 */
export function failureLines(failures: readonly Failure[], warnings: readonly string[]): string[] {
  const warned = new Set(stderr().isQuiet ? [] : warnings);
  const unsaid = lateImagesFirst(failures).filter(({ target, message }) => !warned.has(`${target}: ${message}`));
  const lines = unsaid.map(({ target, message }) => `error: ${target}: ${message}`).slice(0, LISTED);
  if (unsaid.length > LISTED) lines.push(`error: ${unsaid.length - LISTED} more failed (-o json lists all)`);
  return [...lines, ...remediesOf(unsaid).map((remedy) => `  * ${remedy}`)].map((line) => `${line}\n`);
}
