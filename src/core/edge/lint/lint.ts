import { readText } from '../files/read.js';
import { collectFacts } from './collect.js';
import type { EdgeFacts } from './facts.js';
import { sortFindings, type Finding } from './finding.js';
import { registrySet } from './registry-set.js';
import { lintReport, type LintReport } from './report.js';
import { RULES } from './rules/all.js';
import { oncePerFile } from './rules/filled-in.js';
import type { SourceFile } from './sources/parse-files.js';

/**
 * Reads the files of one edge site and checks them against each other.
 * @param names file names; `-` is standard input
 * @throws RegadmError UNREADABLE_FILE
 */
export async function lintFiles(names: string[]): Promise<LintReport> {
  const files = await Promise.all(names.map(async (name) => ({ name, text: await readText(name) })));
  const { facts, unused } = collectFacts(files);
  return lintReport(names, findingsOf(facts), unused);
}

/**
 * Checks the contents of the files of one edge site against each other.
 * @returns findings by file and line; empty if the files are consistent
 */
export function lint(files: SourceFile[]): Finding[] {
  return findingsOf(collectFacts(files).facts);
}

function findingsOf(facts: EdgeFacts): Finding[] {
  const registry = registrySet(facts);
  return oncePerFile(sortFindings([...facts.findings, ...RULES.flatMap((rule) => rule(facts, registry))]));
}
