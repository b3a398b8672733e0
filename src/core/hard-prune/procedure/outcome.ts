import { EXIT, RegadmError } from '../../model/errors.js';
import type { HardPruneResult } from '../hard-prune.js';

/** The exit status of a run that printed a result: docs/exit-codes.md. */
export function exitCodeOf(
  { dryRun, findings, removals, error, notRestored }: HardPruneResult,
  detailed: boolean,
): number {
  if (error) return error instanceof RegadmError && error.exitCode >= 128 ? error.exitCode : EXIT.partial;
  if (removals && removals.failures.length > 0) return EXIT.partial;
  if (notRestored.length > 0) return EXIT.partial;
  const plan = findings!.plan;
  const found = [plan.blobs, plan.manifestLinks, plan.repositories, plan.layerLinks, plan.uploads].some(
    (part) => part.length > 0,
  );
  return dryRun && detailed && found ? EXIT.found : EXIT.ok;
}

/** What ended the run matters less than a registry that is not as it was before. */
export function notRestoredError(failures: RegadmError[], error: unknown): RegadmError {
  const interrupted = error instanceof RegadmError && error.exitCode >= 128;
  return new RegadmError(
    `${(error as Error).message}; and not everything could be put back: ${failures.map(({ message }) => message).join('; ')}`,
    {
      code: 'NOT_RESTORED',
      exitCode: interrupted ? error.exitCode : EXIT.error,
      suggestions: ['run regadm prune hard --recover'],
      cause: error,
    },
  );
}
