import { readText } from '../files/read.js';
import { collectFacts, type SourceFile } from './collect.js';
import { sortFindings, type Finding } from './finding.js';
import { lintReport, type LintReport } from './report.js';
import { claimRules } from './rules/claims.js';
import { volumeRules } from './rules/objects.js';
import { policyRules } from './rules/policies.js';
import { storageRules } from './rules/storage.js';

/**
 * Reads the files of one edge site and checks them against each other.
 * @param names file names; `-` is standard input
 * @throws RegadmError UNREADABLE_FILE; INVALID_FILE if a file is not YAML or JSON
 */
export async function lintFiles(names: string[]): Promise<LintReport> {
  return lintReport(names, lint(await Promise.all(names.map(async (name) => ({ name, text: await readText(name) })))));
}

/**
 * Checks the files of one edge site against each other.
 * @returns findings by file and line; empty if the files are consistent
 * @throws RegadmError INVALID_FILE if a file is not YAML or JSON
 */
export function lint(files: SourceFile[]): Finding[] {
  const facts = collectFacts(files);
  const rules = [...storageRules, ...volumeRules, ...claimRules, ...policyRules];
  return sortFindings([...facts.findings, ...rules.flatMap((rule) => rule(facts))]);
}
