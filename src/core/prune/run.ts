import type { RunContext } from '../deletion/run-context.js';
import { warnAboutClock } from '../deletion/clock.js';
import { assertPullsCount } from '../graph/pulls/coverage.js';
import { unreadableFailures } from '../graph/unreadable.js';
import { unreadManifestFailures } from '../manifests/texts.js';
import type { RegadmError } from '../model/errors.js';
import type { SaveInput } from './backup/save.js';
import type { Execution } from './execute/execute.js';
import { gather, type Gathered } from './gather/gather.js';
import { readPlanFile, writePlanFile } from './gather/plan-file.js';
import { emptyOutcome } from './outcome.js';
import { needsRegistry } from './plan/needs-registry.js';
import { planImagePrune, type ImagePrunePlan } from './plan/plan.js';
import { toPlanFile, withPlanOptions } from './plan/plan-file.js';
import type { PrunePorts } from './ports.js';
import { failedWith, preflight, reportChecks, type PreflightCheck } from './preflight/index.js';
import type { ImagePruneReport } from './report.js';
import type { ImagePruneRequest } from './request.js';
import { namespacesToVerify } from './verify/namespaces.js';
import { warnAboutInput, warnAboutPlanFile, warnAboutPulls } from './warnings.js';

/** Returns the result of a dry run, in which nothing happened. */
export function planned(plan: ImagePrunePlan): Execution {
  return { dryRun: true, outcome: emptyOutcome(plan), failures: [] };
}

/** Returns what is saved before the first deletion; undefined if nothing is, because there is nothing to delete. */
export function backupInput(
  { plan, gathered: { registry, lists } }: Prepared,
  { backup }: ImagePruneRequest,
): SaveInput | undefined {
  if (!backup || plan.streams.length + plan.images.length === 0) return undefined;
  const { imageObjectBytes } = lists;
  return { plan, request: backup, registry: registry instanceof Error ? undefined : registry, imageObjectBytes };
}

/** The evidence, and the plan that was computed from it. */
export interface Prepared {
  gathered: Gathered;
  plan: ImagePrunePlan;
}

/** A run that is executed. */
export interface PreparedRun {
  prepared: Prepared;
  request: ImagePruneRequest;
  ports: PrunePorts;
  context: RunContext;
}

/** An execution, the backup that was made before it, and the verification after it. */
export type Finished = Execution & Pick<ImagePruneReport, 'backup' | 'verification'>;

/** What distinguishes a confirmed run from a dry run. */
interface Ending {
  /** Decides whether failed checks stop the run. @throws RegadmError to stop it */
  judge(checks: PreflightCheck[]): void;
  /** Returns the refusal of a plan that is larger than `--max-delete` allows. @throws RegadmError to stop the run */
  limit(plan: ImagePrunePlan): RegadmError | undefined;
  /** Executes the plan, or only reports it. */
  finish(prepared: Prepared, context: RunContext): Promise<Finished>;
}

/** Reads, plans and checks; the ending decides what follows. */
export async function runPrune(
  ports: PrunePorts,
  given: ImagePruneRequest,
  context: RunContext,
  { judge, limit, finish }: Ending,
): Promise<ImagePruneReport> {
  const planFile = given.planFile === undefined ? undefined : await readPlanFile(given.planFile);
  const options = planFile ? withPlanOptions(given.options, planFile.content.options, planFile.policy) : given.options;
  assertPullsCount(options);
  const request = { ...given, options };
  const gathered = await gather(ports, request, planFile, context);
  try {
    const plan = planImagePrune(gathered.evidence, options);
    if (planFile) warnAboutPlanFile(plan, planFile, context);
    warnAboutPulls(options, gathered.evidence.now, context);
    warnAboutInput(plan, gathered.lists, context);
    const checks = await check(ports, { gathered, plan }, request, context);
    // A check that was canceled says nothing about the cluster.
    context.signal?.throwIfAborted();
    judge(checks);
    reportChecks(checks, context.reporter);
    const refusal = limit(plan);
    if (request.planOut !== undefined && !refusal)
      await writePlanFile(request.planOut, toPlanFile(plan, ports.server, gathered.evidence.now));
    const execution = await finish({ gathered, plan }, context);
    return { ...toReport(plan, execution, { request, context, checks, gathered }), refusal };
  } finally {
    if (gathered.registry && !(gathered.registry instanceof Error)) await gathered.registry.close();
  }
}

/**
 * Makes the preflight checks, unless the request skips them.
 * @throws RegadmError REGISTRY_UNKNOWN if a confirmed plan needs a registry and there is none; what the checks throw
 */
async function check(
  ports: PrunePorts,
  { gathered: { registry, lists }, plan }: Prepared,
  request: ImagePruneRequest,
  context: RunContext,
): Promise<PreflightCheck[]> {
  if (registry instanceof Error && request.policy.registryUnavailable === 'stop' && needsRegistry(plan)) throw registry;
  const { probeDeletion } = request.policy;
  if (request.preflight)
    return preflight(ports, { plan, registry, probeDeletion, pullNamespaces: pulledBy(plan, request) }, context);
  warnAboutClock(lists.clockDifference, context);
  if (registry instanceof Error && needsRegistry(plan))
    reportChecks([failedWith('registry', registry)], context.reporter);
  return [];
}

/** Returns the namespaces whose images are read through the registry: saved, or verified; undefined if none are. */
function pulledBy(plan: ImagePrunePlan, { backup, verify }: ImagePruneRequest): string[] | undefined {
  const { streams, options } = plan;
  if (!options.pruneRegistry) return undefined;
  const saved = backup && backup.storage === undefined ? streams.map(({ stream }) => stream.namespace) : [];
  const isVerified = verify && verify.storage === undefined && needsRegistry(plan);
  const namespaces = [...new Set([...saved, ...(isVerified ? namespacesToVerify(plan) : [])])];
  return namespaces.length > 0 ? namespaces : undefined;
}

function toReport(
  plan: ImagePrunePlan,
  { dryRun, outcome, failures, laterReferences, registrySetup, interrupted, backup, verification }: Finished,
  more: { request: ImagePruneRequest; context: RunContext; checks: PreflightCheck[]; gathered: Gathered },
): ImagePruneReport {
  const { registry, lists } = more.gathered;
  return {
    dryRun,
    planOut: more.request.planOut,
    auditLog: dryRun ? undefined : more.request.auditLog,
    startedAt: more.context.startedAt,
    finishedAt: new Date(),
    keepYoungerThan: more.request.keepYoungerThan,
    plan,
    outcome,
    registry: registry && !(registry instanceof Error) ? { url: registry.url, verified: registry.verified } : undefined,
    laterReferences,
    registrySetup,
    backup,
    verification,
    preflight: more.checks,
    warnings: more.context.warnings,
    failures: [...unreadableFailures(plan.snapshot), ...unreadManifestFailures(plan.snapshot), ...failures],
    imageObjectBytes: lists.imageObjectBytes,
    interrupted,
  };
}
