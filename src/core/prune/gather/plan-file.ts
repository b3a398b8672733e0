import { readFile } from 'node:fs/promises';
import { RegadmError, messageOf } from '../../model/errors.js';
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
  return parsePlanFile(file, text);
}

/** Writes the plan of `--plan-out`, readable by its owner only. @throws RegadmError PLAN_FILE */
export async function writePlanFile(file: string, plan: PlanFile): Promise<void> {
  await writeOutputFile(file, escapeJson(`${JSON.stringify(plan, null, 1)}\n`)).catch((cause: unknown) => {
    throw new RegadmError(`cannot write --plan-out ${file}: ${messageOf(cause)}`, { code: 'PLAN_FILE', cause });
  });
}
