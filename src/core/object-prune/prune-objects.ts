import { checkEmptyNamespace } from '../deletion/namespace.js';
import { startRun, type RunContext } from '../deletion/run-context.js';
import type { Reporter } from '../kit/reporter.js';
import type { RegadmError } from '../model/errors.js';
import { execute, type Execution } from './execute/execute.js';
import type { ObjectPruneFeature } from './feature.js';
import { objectsOverLimit } from './limit.js';
import { missingPermissions } from './permissions.js';
import type { ObjectEvidence, ObjectPrunePlan } from './plan/plan.js';
import type { ObjectPrunePorts } from './ports.js';
import type { ObjectPruneReport } from './report.js';
import type { ObjectPruneRequest } from './request.js';

/** What is pruned, where, and how. */
interface ObjectPrune {
  feature: ObjectPruneFeature;
  ports: ObjectPrunePorts;
  request: ObjectPruneRequest;
}

/**
 * Plans a prune and executes it.
 * @throws RegadmError if nothing was changed; later failures are in the report
 */
export function pruneObjects(prune: ObjectPrune, reporter: Reporter, signal: AbortSignal): Promise<ObjectPruneReport> {
  const { ports, feature, request } = prune;
  return run(prune, startRun(reporter, signal), {
    judge: (missing) => {
      if (missing) throw missing;
    },
    limit: (excess) => {
      if (excess) throw excess;
    },
    finish: (plan, context) =>
      execute(plan, ports, {
        feature,
        auditLog: request.auditLog,
        workers: request.workers,
        reporter: context.reporter,
        signal,
      }),
  });
}

/**
 * Plans a prune and changes nothing: a dry run.
 * @throws RegadmError if something cannot be read
 */
export function planObjects(prune: ObjectPrune, reporter: Reporter, signal: AbortSignal): Promise<ObjectPruneReport> {
  return run(prune, startRun(reporter, signal), {
    judge: (missing, { reporter: { warning } }) => {
      if (missing) warning(`${missing.message}; ${missing.suggestions.join('; ')}`);
    },
    // The report contains the refusal, so that people see what was refused.
    limit: () => undefined,
    finish: async ({ deletions }) => ({
      dryRun: true,
      statuses: deletions.map(() => ({ status: 'would-delete' as const })),
      failures: [],
    }),
  });
}

/** What distinguishes a confirmed run from a dry run. */
interface Ending {
  /** Decides whether missing permissions stop the run. @throws RegadmError to stop it */
  judge(missing: RegadmError | undefined, context: RunContext): void;
  /** Decides whether a plan that is larger than `--max-delete` stops the run. @throws RegadmError to stop it */
  limit(excess: RegadmError | undefined): void;
  /** Executes the plan, or only reports it. */
  finish(plan: ObjectPrunePlan, context: RunContext): Promise<Execution>;
}

async function run(
  { feature, ports, request }: ObjectPrune,
  context: RunContext,
  { judge, limit, finish }: Ending,
): Promise<ObjectPruneReport> {
  const { options } = request;
  const evidence = await feature.gather(ports, options, context);
  await checkNamespace({ feature, ports, request }, evidence, context);
  const plan = feature.plan(evidence, options);
  if (plan.deletions.length > 0) judge(await missingPermissions(ports, { feature, plan }, context), context);
  const refusal = objectsOverLimit(plan, request.maxDelete, feature);
  limit(refusal);
  const execution = await finish(plan, context);
  const { startedAt, warnings } = context;
  const { keepYoungerThan, showLabels = false } = request;
  const { unreadable = [], now } = evidence;
  return {
    ...execution,
    ...{ feature, startedAt, finishedAt: new Date(), keepYoungerThan, showLabels, plan, warnings, now, refusal },
    auditLog: execution.dryRun ? undefined : request.auditLog,
    failures: [...unreadable, ...execution.failures],
  };
}

/** @throws RegadmError NOT_FOUND if the namespace does not exist and the user is allowed to see that */
async function checkNamespace(
  { feature, ports, request }: ObjectPrune,
  { objects }: ObjectEvidence,
  context: RunContext,
): Promise<void> {
  const { namespace, rules } = request.options;
  if (namespace === undefined || objects.length > 0) return;
  const names = Object.values(feature.kinds).map(({ resource }) => resource.resource);
  const check = {
    things: feature.nouns.many,
    remedy: `oc get ${names.join(',')} --all-namespaces`,
    asOc: rules === 'oc',
    hasNamespace: ports.hasNamespace.bind(ports),
  };
  await checkEmptyNamespace(namespace, check, context);
}
