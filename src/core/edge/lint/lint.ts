import { lstat } from 'node:fs/promises';
import { readText, tryReadText } from '../files/read.js';
import { collectFacts } from './collect.js';
import type { EdgeFacts } from './facts.js';
import { sortFindings, type Finding } from './finding.js';
import { registrySet } from './registry-set.js';
import { lintReport, type LintReport } from './report.js';
import { RULES } from './rules/all.js';
import { oncePerFile, withoutDuplicates } from './rules/filled-in.js';
import type { SourceFile } from './sources/parse-files.js';

/**
 * Reads the files of one edge site and checks them against each other.
 * @param names file names; `-` is standard input
 * @throws RegadmError UNREADABLE_FILE if a file does not exist
 */
export async function lintFiles(names: string[]): Promise<LintReport> {
  const files = await Promise.all(names.map(readSource));
  const { facts, unused } = collectFacts(files);
  return lintReport(names, findingsOf(facts), unused);
}

/** Reads a file. One that exists but cannot be read is a finding, so that the others are still checked. */
async function readSource(name: string): Promise<SourceFile> {
  const read = await tryReadText(name);
  if ('text' in read) return { name, text: read.text };
  const exists = name === '-' || (await lstat(name).catch(() => undefined));
  return { name, text: exists ? '' : await readText(name), unreadable: read.problem };
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
  const all = [...facts.findings, ...RULES.flatMap((rule) => rule(facts, registry))];
  return oncePerFile(withoutDuplicates(sortFindings(all)));
}
