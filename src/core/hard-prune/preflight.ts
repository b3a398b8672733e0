import type { Reporter } from '../kit/reporter.js';
import type { Check } from '../model/check.js';
import { RegadmError } from '../model/errors.js';

/** A check that can be made; `run` describes what is fine. @throws RegadmError what is not */
export interface CheckStep {
  name: string;
  run(): Promise<string>;
}

/** A check that was made; a failed one carries its error. */
interface PreflightCheck extends Check {
  error?: RegadmError;
}

/** Makes checks in order. Stops after the first that fails, because the others build on it. */
export async function runChecks(steps: CheckStep[], reporter: Reporter): Promise<PreflightCheck[]> {
  const checks: PreflightCheck[] = [];
  for (const { name, run } of steps) {
    const check = await makeCheck(name, run);
    checks.push(check);
    reporter.log(4, `check ${name}: ${check.message}`);
    if (check.status === 'failed') break;
  }
  return checks;
}

async function makeCheck(name: string, run: CheckStep['run']): Promise<PreflightCheck> {
  try {
    return { name, status: 'ok', message: await run() };
  } catch (error) {
    if (!(error instanceof RegadmError)) throw error;
    return { name, status: 'failed', message: error.message, suggestions: error.suggestions, error };
  }
}

/** @throws RegadmError that of the check that failed */
export function assertPassed(checks: PreflightCheck[]): void {
  const failed = checks.find(({ status }) => status === 'failed');
  if (failed) throw failed.error!;
}
