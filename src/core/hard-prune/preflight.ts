import type { Reporter } from '../kit/reporter.js';
import type { Check } from '../model/check.js';
import { RegadmError } from '../model/errors.js';

/**
 * A check to run; `run` describes what it found.
 * @throws RegadmError if the check fails
 */
export interface CheckStep {
  name: string;
  run(): Promise<string>;
}

/** Result of a check, with the error of a failed one. */
interface PreflightCheck extends Check {
  error?: RegadmError;
}

/** Runs checks in order. Stops after the first that fails, because the others depend on it. */
export async function runChecks(steps: CheckStep[], reporter: Reporter): Promise<PreflightCheck[]> {
  const checks: PreflightCheck[] = [];
  for (const { name, run } of steps) {
    const check = await runCheck(name, run);
    checks.push(check);
    reporter.log(4, `check ${name}: ${check.message}`);
    if (check.status === 'failed') break;
  }
  return checks;
}

async function runCheck(name: string, run: CheckStep['run']): Promise<PreflightCheck> {
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
