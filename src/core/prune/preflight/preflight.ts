import type { Reporter } from '../../kit/reporter.js';
import type { Registry } from '../../registry/api.js';
import { needsRegistry } from '../plan/needs-registry.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import type { PrunePorts } from '../ports.js';
import type { RunContext } from '../../deletion/run-context.js';
import type { PreflightCheck } from './check.js';
import { checkPull } from './pull.js';
import { runPreflight } from './run.js';
import { checkTagDeletion } from './tags.js';

/** Number of repositories that the checks choose from. */
const REPOSITORIES = 50;

interface PreflightSubject {
  plan: ImagePrunePlan;
  registry?: Registry | Error;
  /** Whether to delete objects that do not exist, which shows whether deletions work. */
  probeDeletion: boolean;
  /** Namespaces whose images are read through the registry, to save or to verify them; absent if none are. */
  pullNamespaces?: string[];
}

/**
 * Checks everything that can fail when a plan is executed.
 * @returns one result per check; the caller decides what a failed one stops
 */
export async function preflight(
  ports: PrunePorts,
  { plan, registry, probeDeletion, pullNamespaces }: PreflightSubject,
  { signal }: RunContext,
): Promise<PreflightCheck[]> {
  const { pruneRegistry, namespace } = plan.options;
  const pull = pullNamespaces && checkPull(pullNamespaces, ports.checks, signal);
  const tags = checkTagDeletion(plan, ports.checks, signal);
  const checks = await runPreflight({
    cluster: ports.checks,
    registry,
    repositories: plan.snapshot.streams
      .slice(0, REPOSITORIES)
      .map(({ repositoryName }) => repositoryName)
      .filter((name) => name !== undefined),
    probeDeletion,
    pruneRegistry,
    registryNeeded: needsRegistry(plan),
    hasToken: await ports.checks.hasToken(),
    namespace,
    signal,
  });
  return [...checks, ...(await Promise.all([pull, tags])).filter((check) => check !== undefined)];
}

/** Warns about the checks that failed or found something, with what to do about it, and logs the others. */
export function reportChecks(checks: PreflightCheck[], reporter: Reporter): void {
  for (const { name, status, message, suggestions = [] } of checks) {
    if (status === 'failed' || status === 'warning')
      reporter.warning([`${name}: ${message}`, ...suggestions].join('; '));
    else reporter.log(4, `${status === 'unknown' ? 'not checked' : 'checked'}: ${name}: ${message}`);
  }
}
