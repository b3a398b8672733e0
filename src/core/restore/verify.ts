import type { RunContext } from '../deletion/run-context.js';
import type { Digest } from '../model/digest.js';
import { failureOf, type Failure } from '../model/document.js';
import { EXIT, RegadmError } from '../model/errors.js';
import type { Registry } from '../registry/api.js';
import type { Verification } from '../verification/plan/types.js';
import type { RestorePorts } from './ports.js';
import type { RestoreReport } from './report.js';

interface VerifyInput {
  ports: Pick<RestorePorts, 'verifyImages'>;
  /** Opens the registry. */
  registry: () => Promise<Registry>;
  /** Maximum concurrent requests to the registry. */
  workers: number;
}

/** The result of a verification, or why there is none. */
interface Verified {
  verification?: Verification;
  failures: Failure[];
  /** Present if a signal ended the run; with the exit status of that signal. */
  interrupted?: { exitCode: number };
}

/** Verifies images after a restore. Never throws: what was restored must be reported in any case. */
export async function verifyRestored(
  images: ReadonlySet<Digest>,
  { ports, registry, workers }: VerifyInput,
  { reporter, signal }: RunContext,
): Promise<Verified> {
  if (images.size === 0) return { failures: [] };
  try {
    const verification = await ports.verifyImages(images, { registry: await registry(), workers, reporter, signal });
    return { verification, failures: [] };
  } catch (error) {
    if (signal.aborted) return { failures: [], interrupted: { exitCode: exitCodeOf(signal.reason) } };
    return { failures: [failureOf('verification', error)] };
  }
}

/** Returns the failures of a run, and what the verification found, for output that contains neither. */
export function allFailures({ failures, verification }: Pick<RestoreReport, 'failures' | 'verification'>): Failure[] {
  if (!verification) return failures;
  const { broken, unchecked } = verification;
  return [
    ...failures,
    ...broken.map(({ image, problems, remedies }): Failure => ({
      target: `image ${image}`,
      message: `the verification finds ${problems.map(({ what, digest }) => `${what} ${digest}`).join(', ')}`,
      suggestions: remedies,
    })),
    ...unchecked.map(({ target, message }): Failure => ({ target, message: `could not be verified: ${message}` })),
  ];
}

const exitCodeOf = (reason: unknown): number => (reason instanceof RegadmError ? reason.exitCode : EXIT.sigint);
