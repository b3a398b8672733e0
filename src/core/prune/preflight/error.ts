import type { ErrorCode } from '../../model/error-codes.js';
import { EXIT, RegadmError } from '../../model/errors.js';
import type { PreflightCheck, PreflightName } from './check.js';

/** Codes of checks that failed without an error of their own. */
const CODES: Record<PreflightName, ErrorCode> = {
  token: 'UNAUTHORIZED',
  permissions: 'FORBIDDEN',
  registry: 'REGISTRY_UNREACHABLE',
  deletion: 'REGISTRY_DELETE_DISABLED',
  mode: 'REGISTRY_READ_ONLY',
  clocks: 'CLOCKS_DIFFER',
  'other pruners': 'OTHER_PRUNER',
  pull: 'FORBIDDEN',
  tags: 'FORBIDDEN',
};

/** @throws RegadmError with all checks that failed: nothing is deleted if one of them did */
export function assertPassed(checks: readonly PreflightCheck[]): void {
  const error = preflightError(checks);
  if (error) throw error;
}

/** Returns the error for the checks that failed; undefined if none did. */
export function preflightError(checks: readonly PreflightCheck[]): RegadmError | undefined {
  const failed = checks.filter(({ status }) => status === 'failed');
  const [first] = failed;
  if (!first) return undefined;
  return new RegadmError(failed.map(({ message }) => message).join('; '), {
    code: first.code ?? CODES[first.name],
    suggestions: [...new Set(failed.flatMap(({ suggestions }) => suggestions ?? []))],
    // Another pruner is refused by a guard; everything else is an error.
    exitCode: failed.every(({ name }) => name === 'other pruners') ? EXIT.refused : EXIT.error,
  });
}
