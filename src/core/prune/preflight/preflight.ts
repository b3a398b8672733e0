import type { Registry } from '../../registry/api.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import type { PrunePorts } from '../ports.js';
import type { RunPolicy } from '../request.js';
import type { RunContext } from '../run-context.js';
import type { PreflightCheck } from './check.js';
import { preflightError } from './error.js';
import { runPreflight } from './run.js';

/** Number of repositories that the checks choose from. */
const REPOSITORIES = 50;

/**
 * Checks everything that can fail when a plan is executed, and reports the results.
 * @throws RegadmError the failed checks, if the policy says `stop`
 */
export async function preflight(
  ports: PrunePorts,
  { plan, registry, policy }: { plan: ImagePrunePlan; registry?: Registry | Error; policy: RunPolicy },
  { signal, reporter }: RunContext,
): Promise<PreflightCheck[]> {
  const { pruneRegistry, namespace } = plan.options;
  const checks = await runPreflight({
    api: ports.api,
    registry,
    repositories: plan.snapshot.streams
      .slice(0, REPOSITORIES)
      .map(({ repositoryName }) => repositoryName)
      .filter((name) => name !== undefined),
    probeDeletion: policy.probeDeletion,
    pruneRegistry,
    hasToken: (await ports.api.token()) !== undefined,
    namespace,
    signal,
  });
  const error = policy.failedChecks === 'stop' ? preflightError(checks) : undefined;
  if (error) throw error;
  for (const { name, status, message } of checks) {
    if (status === 'failed' || status === 'warning') reporter.warning(`${name}: ${message}`);
    else reporter.log(4, `${status === 'unknown' ? 'not checked' : 'checked'}: ${name}: ${message}`);
  }
  return checks;
}
