import { openBackup, type Backup } from '../backup-directory/open.js';
import { startRun, type RunContext } from '../deletion/run-context.js';
import type { Reporter } from '../kit/reporter.js';
import type { Digest } from '../model/digest.js';
import type { RegadmError } from '../model/errors.js';
import type { Registry } from '../registry/api.js';
import { execute, type Execution } from './execute/execute.js';
import { gather, type Gathered } from './gather/gather.js';
import type { GatherInput } from './gather/input.js';
import { planned } from './planned.js';
import { planRestore, type RestorePlan } from './plan/plan.js';
import type { RestorePorts } from './ports.js';
import { assertAcceptsPushes } from './preflight/mode.js';
import { assertMayPull, missingForPlan } from './preflight/permissions.js';
import type { RestoreReport } from './report.js';
import type { RestoreRequest } from './request.js';
import { verifyRestored } from './verify.js';

/** What is restored, and from where to where. */
interface Restore {
  ports: RestorePorts;
  request: RestoreRequest;
}

/**
 * Plans a restore and executes it.
 * @throws RegadmError if nothing was changed; later failures are in the report
 */
export function restore(input: Restore, reporter: Reporter, signal: AbortSignal): Promise<RestoreReport> {
  const { ports, request } = input;
  return run(input, startRun(reporter, signal), {
    judge: async (missing, plan, { registry }) => {
      if (missing) throw missing;
      if (needsPush(plan)) await assertAcceptsPushes(await registry(), plan, signal);
    },
    finish: (plan, { gathered: { runs, holders }, backup, registry }, context) =>
      execute(plan, { ports, backup, runs, holders, registry, workers: request.registry.workers }, context),
  });
}

/**
 * Plans a restore and changes nothing: a dry run.
 * @throws RegadmError if something cannot be read, or a guard refuses the plan
 */
export function planOnly(input: Restore, reporter: Reporter, signal: AbortSignal): Promise<RestoreReport> {
  return run(input, startRun(reporter, signal), {
    judge: async (missing, _plan, { context }) => {
      if (missing) context.reporter.warning(`${missing.message}; ${missing.suggestions.join('; ')}`);
    },
    finish: async (plan) => planned(plan),
  });
}

/** What a run has opened and read. */
interface Opened {
  context: RunContext;
  backup: Backup;
  gathered: Gathered;
  registry: () => Promise<Registry>;
}

/** What distinguishes a confirmed run from a dry run. */
interface Ending {
  /** Decides whether missing permissions, or the mode of the registry, stop the run. @throws RegadmError to stop it */
  judge(missing: RegadmError | undefined, plan: RestorePlan, opened: Opened): Promise<void>;
  /** Executes the plan, or only reports it. */
  finish(plan: RestorePlan, opened: Opened, context: RunContext): Promise<Execution>;
}

/** Reads, plans and checks; the ending decides what follows. */
async function run({ ports, request }: Restore, context: RunContext, ending: Ending): Promise<RestoreReport> {
  const { signal } = context;
  const backup = await openBackup(request.directory);
  const registry = new LazyRegistry(() => ports.openRegistry(request.registry, context));
  const open = (): Promise<Registry> => registry.get();
  try {
    const assertReadable: GatherInput['assertReadable'] = (repositories, plan) =>
      assertMayPull(ports, { repositories, plan }, signal);
    const gathered = await gather({ ports, backup, request, registry: open, assertReadable }, context);
    const plan = planRestore(gathered.evidence, gathered.targets, gathered.content);
    const opened = { context, backup, gathered, registry: open };
    await ending.judge(await missingForPlan(ports, plan, signal), plan, opened);
    const execution = await ending.finish(plan, opened, context);
    const { workers } = request.registry;
    const verified = await verifyRestored(toVerify(execution, plan), { ports, registry: open, workers }, context);
    return {
      ...execution,
      ...verified,
      interrupted: execution.interrupted ?? verified.interrupted,
      ...{ plan, request, startedAt: context.startedAt, finishedAt: new Date(), warnings: context.warnings },
      registry: registry.opened && { url: registry.opened.url, verified: registry.opened.verified },
      failures: [...gathered.failures, ...execution.failures, ...verified.failures],
    };
  } finally {
    await registry.opened?.close();
    await backup.close();
  }
}

/** Returns the images of the registry that were restored; what was unchanged was looked up when the plan was made. */
function toVerify({ dryRun, interrupted, outcome }: Execution, { images }: RestorePlan): Set<Digest> {
  if (dryRun || interrupted) return new Set();
  const restored = images.filter(
    ({ name, targets }) => targets.length > 0 && outcome.images.get(name)?.status === 'restored',
  );
  return new Set(restored.map(({ name }) => name));
}

/** Opens the registry at the first use: an imported image, or nothing at all, needs none. */
class LazyRegistry {
  opened: Registry | undefined;
  private opening: Promise<Registry> | undefined;

  constructor(private readonly open: () => Promise<Registry>) {}

  get(): Promise<Registry> {
    return (this.opening ??= this.open().then((registry) => (this.opened = registry)));
  }
}

function needsPush({ images }: RestorePlan): boolean {
  return images.some(({ targets }) => targets.some(({ manifest }) => manifest));
}
