import type { ImagePruneReport } from '../report.js';

/** Maximum number of failures that are listed: tenants choose how many objects there are. */
const LISTED = 20;

/**
 * Lists failures and what to do about them, for stderr. The formats `oc` and `name` list only what was done, so nothing
 * else would name what was not.
 * @param format what `-o` says
 */
export function failureLines({ failures, warnings }: ImagePruneReport, format: string): string[] {
  if (format !== 'oc' && format !== 'name') return [];
  const warned = new Set(warnings);
  const unsaid = failures.filter(({ target, message }) => !warned.has(`${target}: ${message}`));
  const lines = unsaid.map(({ target, message }) => `error: ${target}: ${message}`).slice(0, LISTED);
  if (unsaid.length > LISTED) lines.push(`error: ${unsaid.length - LISTED} more failed (-o json lists all)`);
  return [...lines, ...remediesOf(unsaid).map((remedy) => `  * ${remedy}`)].map((line) => `${line}\n`);
}

/** Returns what to do about failures, each remedy once. */
export function remediesOf(failures: ImagePruneReport['failures']): string[] {
  return [...new Set(failures.flatMap(({ suggestions = [] }) => suggestions))];
}
