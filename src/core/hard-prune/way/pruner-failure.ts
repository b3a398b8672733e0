import type { ExecResult } from '../../cluster/api.js';
import { EXIT, RegadmError } from '../../model/errors.js';
import type { RegistryPod } from '../../operator/pods.js';
import type { PrunerOutput } from '../plan/plan-from-output.js';

/** A run of the registry's pruner that has ended, or whose connection broke. */
export interface PrunerRun {
  result: ExecResult;
  output: PrunerOutput;
}

/** Describes why a run of the pruner failed; undefined when it succeeded. */
export function failureOf({ result, output: { lastUnknown, hasSummary, notSwept } }: PrunerRun): string | undefined {
  if (result.exitCode === 0)
    return hasSummary || notSwept
      ? undefined
      : "the registry's pruner ended without its summary, so what it has done is not known";
  if (result.exitCode === undefined) {
    const words = result.message ? `: ${result.message}` : '';
    return `the connection to the registry's pruner broke before it ended${words}`;
  }
  const detail = lastUnknown ? `: ${lastUnknown}` : '';
  return `the registry's pruner ended with exit status ${result.exitCode}${detail}`;
}

const ROLE_NEEDED =
  "the registry's service account needs the cluster role system:image-pruner: with --confirm, regadm grants it while it is needed; for a dry run: oc adm policy add-cluster-role-to-user system:image-pruner -z registry -n openshift-image-registry";

/**
 * Refuses to delete after a check that logged an error: what the pruner could not read can be in use.
 * @throws RegadmError PRUNER_FAILED
 */
export function assertNoErrors({ output: { errors } }: PrunerRun, pod: RegistryPod): void {
  const last = errors.at(-1);
  if (last === undefined) return;
  throw new RegadmError(`the check of the registry's pruner logged an error: ${last} (pod ${pod.name})`, {
    code: 'PRUNER_FAILED',
    exitCode: EXIT.partial,
    suggestions: ["nothing was deleted; correct the error, or prune the registry's volume with --storage DIR"],
  });
}

/** @throws RegadmError PRUNER_FAILED, PRUNER_FORBIDDEN */
export function assertSucceeded(run: PrunerRun, pod: RegistryPod): void {
  const failure = failureOf(run);
  if (!failure) return;
  const cause = run.output.errors.at(-1) ?? '';
  const forbidden = /forbidden|cannot list/i.test(`${cause} ${run.output.lastUnknown}`);
  throw new RegadmError(`${failure}${cause ? `: ${cause}` : ''} (pod ${pod.name})`, {
    code: forbidden ? 'PRUNER_FORBIDDEN' : 'PRUNER_FAILED',
    exitCode: run.result.silent ? EXIT.partial : EXIT.error,
    suggestions: [
      forbidden ? ROLE_NEEDED : "nothing was deleted; try again, or prune the registry's volume with --storage DIR",
    ],
  });
}
