import { collectFacts, type SourceFile } from './collect.js';
import { sortFindings, type Finding } from './finding.js';
import { claimRules } from './rules/claims.js';
import { volumeRules } from './rules/objects.js';
import { policyRules } from './rules/policies.js';
import { storageRules } from './rules/storage.js';

/**
 * Checks the files of one registry at the edge against each other.
 * @returns findings in the order of files and lines; none when all fits
 * @throws RegadmError INVALID_FILE when a file is no YAML or JSON
 */
export function lint(files: SourceFile[]): Finding[] {
  const facts = collectFacts(files);
  const rules = [...storageRules, ...volumeRules, ...claimRules, ...policyRules];
  return sortFindings([...facts.findings, ...rules.flatMap((rule) => rule(facts))]);
}
