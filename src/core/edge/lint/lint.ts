import { readText } from '../files/read.js';
import { collectFacts, type SourceFile } from './collect.js';
import { sortFindings, type Finding } from './finding.js';
import { registrySet } from './registry-set.js';
import { lintReport, type LintReport } from './report.js';
import { RULES } from './rules/all.js';
import { oncePerFile } from './rules/filled-in.js';

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
  const registry = registrySet(facts);
  return oncePerFile(sortFindings([...facts.findings, ...RULES.flatMap((rule) => rule(facts, registry))]));
}
