import { failureOf, type Failure } from '../../model/document.js';
import { EXIT, RegadmError } from '../../model/errors.js';
import type { RunContext } from '../../deletion/run-context.js';
import type { Registry } from '../../registry/api.js';
import type { Verification } from '../../verification/plan/types.js';
import { warnAbout } from '../../verification/warn-about.js';
import type { PruneOutcome } from '../outcome.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import type { PrunePorts, VerifyThrough } from '../ports.js';
import type { VerifyRequest } from './request.js';
import { deletedBy, hasDeleted } from './deleted.js';

/** What was deleted, and how the rest is verified. */
interface VerifyInput {
  plan: ImagePrunePlan;
  outcome: PruneOutcome;
  request: VerifyRequest;
  /** The open registry; undefined if nothing had to be deleted in it. */
  registry?: Registry;
  /** Maximum concurrent requests to the registry. */
  workers: number;
}

/** The result of a verification, or why there is none. */
interface Verified {
  verification?: Verification;
  failures: Failure[];
  interrupted?: { exitCode: number };
}

/**
 * Checks after the deletions whether the kept images are whole that share a repository or a blob with what was deleted.
 * Never throws: what was deleted must be reported in any case.
 */
export async function verifyKept(input: VerifyInput, ports: PrunePorts, context: RunContext): Promise<Verified> {
  const { plan, outcome } = input;
  const { reporter, signal } = context;
  if (!hasDeleted(outcome)) {
    reporter.note('nothing was deleted, so there is nothing to verify');
    return { failures: [] };
  }
  const through = wayOf(input);
  if (!through) {
    reporter.note('nothing was deleted in the registry, so there is nothing to verify');
    return { failures: [] };
  }
  try {
    const verification = await ports.verifyImages(through, deletedBy(plan, outcome), { reporter, signal });
    warnAbout(verification, reporter);
    return { verification, failures: [] };
  } catch (error) {
    if (signal.aborted) return { failures: [], interrupted: { exitCode: exitCodeOf(signal.reason) } };
    const failure = failureOf('verification', error);
    reporter.warning(`what was kept could not be verified: ${failure.message}`);
    return { failures: [failure] };
  }
}

/** Checks before the first deletion that the storage can be opened. @throws RegadmError */
export async function assertVerifiable(
  { storage }: VerifyRequest,
  { backup }: Pick<PrunePorts, 'backup'>,
  { reporter, signal }: RunContext,
): Promise<void> {
  if (storage === undefined) return;
  const opened = await backup.openStorage(storage, {
    signal,
    log: (level, line) => reporter.log(level, line),
    note: () => undefined,
  });
  await opened.close();
}

function wayOf({ request: { storage }, registry, workers }: VerifyInput): VerifyThrough | undefined {
  if (storage !== undefined) return { storage };
  return registry && { registry, workers };
}

const exitCodeOf = (reason: unknown): number => (reason instanceof RegadmError ? reason.exitCode : EXIT.sigint);
