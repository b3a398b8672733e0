import { readFile } from 'node:fs/promises';
import { RegadmError, messageOf } from '../../model/errors.js';
import type { RetentionPolicy } from '../../model/retention-policy.js';
import type { FileProblem } from '../../rule-files/yaml-reader.js';
import { escapeJson } from '../../terminal/escape.js';
import { writeOutputFile } from '../../terminal/output-file.js';
import { parsePlanFile, type ParsedPlanFile } from '../plan/parse-plan-file.js';
import type { PlanFile } from '../plan/plan-file.js';

/** Reads the plan of `--plan`. @throws RegadmError PLAN_FILE, PLAN_EDITED */
export async function readPlanFile(file: string): Promise<ParsedPlanFile> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RegadmError(`cannot read --plan ${file}: ${messageOf(cause)}`, {
      code: 'PLAN_FILE',
      suggestions: ['write the file first: regadm prune images --plan-out FILE'],
      cause,
    });
  });
  const parsed = parsePlanFile(file, text);
  const { policy } = parsed.content.options;
  return policy ? { ...parsed, policy: await compilePolicy(file, policy) } : parsed;
}

/** Checks the policy in a plan file again and compiles it. @throws RegadmError PLAN_FILE */
async function compilePolicy(file: string, source: object): Promise<RetentionPolicy> {
  const { checkPolicy } = await import('../../rule-files/policy.js');
  const checked = await checkPolicy(file, JSON.stringify(source));
  if ('policy' in checked) return checked.policy;
  const [{ field, message }] = checked.problems as [FileProblem];
  throw new RegadmError(`cannot use the plan ${file}: options.policy.${field}: ${message}`, {
    code: 'PLAN_FILE',
    suggestions: ['make a new plan with --plan-out'],
  });
}

/** Writes the plan of `--plan-out`, readable by its owner only. @throws RegadmError PLAN_FILE */
export async function writePlanFile(file: string, plan: PlanFile): Promise<void> {
  await writeOutputFile(file, escapeJson(`${JSON.stringify(plan, null, 1)}\n`)).catch((cause: unknown) => {
    throw new RegadmError(`cannot write --plan-out ${file}: ${messageOf(cause)}`, { code: 'PLAN_FILE', cause });
  });
}
