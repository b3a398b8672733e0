import type { ClusterApi, ExecResult } from '../../cluster/api.js';
import { ExecRefused } from '../../cluster/exec-refusal.js';
import type { Reporter } from '../../kit/reporter.js';
import type { Failure } from '../../model/document.js';
import { RegadmError, messageOf, withAdvice } from '../../model/errors.js';
import type { RegistryPod } from '../../operator/pods.js';
import { runPruner, type PruneMode } from '../../operator/pruner/process.js';
import type { Deletion } from '../../storage/storage.js';
import { PrunerOutput } from '../plan/plan-from-output.js';
import { judgePod, type JudgeOptions } from '../plan/judge-pod.js';
import type { HardPrunePlan } from '../../orphans/plan/types.js';
import { LISTING } from '../../orphans/gather/usage.js';
import type { ClusterUsage } from '../../orphans/plan/usage.js';
import type { Deletions, Findings } from '../report.js';
import { assertNoErrors, assertSucceeded, failureOf, type PrunerRun } from './pruner-failure.js';
import type { Pruner } from './way.js';

interface PodPrunerOptions {
  api: ClusterApi;
  pod: RegistryPod;
  reporter: Reporter;
  /** How its findings are judged. Without it, nothing is refused. */
  judge?: JudgeOptions;
  /** Reads what the cluster uses, to judge the findings; undefined if the user cannot read it. */
  readUsage?(signal: AbortSignal): Promise<ClusterUsage | undefined>;
  /** Awaited before each start of the pruner; records its pod for `--recover`. */
  beforeStart?(pod: RegistryPod): Promise<void>;
}

/** Runs the registry's own pruner in one of its pods and reads its output. */
export class PodPruner implements Pruner {
  private running = false;
  /** What the last run started in the pod, which may have ended; undefined if it started no process. */
  private started: PruneMode | undefined;
  /** Read once, even if the pruner has to be started several times until it has its role. */
  private usage: ClusterUsage | undefined;
  private reported: readonly string[] = [];

  constructor(private readonly options: PodPrunerOptions) {}

  get mayStillRun(): boolean {
    return this.running;
  }

  get mayHaveDeleted(): boolean {
    return this.started === 'delete';
  }

  async find(signal: AbortSignal): Promise<Findings> {
    const { readUsage, judge, pod, reporter } = this.options;
    if (readUsage && !this.usage) reporter.phase(LISTING);
    this.usage ??= await readUsage?.(signal);
    const run = await this.run('check', signal);
    assertSucceeded(run, pod);
    if (judge?.confirmed) assertNoErrors(run, pod);
    const { output } = run;
    const judged = judge && this.usage ? judgePod(output, this.usage, judge) : [];
    const refusals = judge && this.usage && !judge.confirmed ? refusalOf(output, this.usage, judge) : [];
    this.reported = output.warnings;
    return {
      plan: output.plan(),
      warnings: [
        ...output.errors,
        ...output.warnings,
        ...notSwept(output).map(({ message }) => message),
        ...judged,
        ...refusals,
      ],
      failures: failuresIn(output),
      isRefusedWithConfirm: refusals.length > 0,
      images: this.usage?.images,
    };
  }

  /**
   * Runs the registry's pruner, which decides again what to delete. Once it has started, the signal only stops reading
   * its output.
   */
  async delete(_plan: HardPrunePlan, mayContinue: () => Promise<void>, signal: AbortSignal): Promise<Deletions> {
    await mayContinue();
    const run = await this.run('delete', signal).catch((error: unknown) => {
      throw this.mayHaveDeleted ? mayHaveDeleted(signal.aborted ? signal.reason : error) : error;
    });
    const plan = run.output.plan();
    const failures = failuresIn(run.output);
    const failure = failureOf(run);
    if (failure) failures.push({ target: `pod ${this.options.pod.name}`, message: failure });
    // The pruner logs each deletion right before it: without its summary, the last one is uncertain.
    const deleted: Deletion = { status: 'deleted' };
    const outcomes = {
      blobs: plan.blobs.map(() => deleted),
      manifestLinks: plan.manifestLinks.map(() => deleted),
      repositories: plan.repositories.map(() => deleted),
      layerLinks: [],
      uploads: [],
    };
    const warnings = run.output.warnings.filter((warning) => !this.reported.includes(warning));
    for (const warning of warnings) this.options.reporter.warning(warning);
    return { plan, outcomes, failures, isIncomplete: failure !== undefined };
  }

  private async run(mode: PruneMode, signal: AbortSignal): Promise<PrunerRun> {
    const { api, pod, beforeStart, reporter } = this.options;
    const output = new PrunerOutput(this.usage);
    const logLevel = mode === 'check' && this.usage ? 'debug' : 'info';
    this.started = undefined;
    await beforeStart?.(pod);
    signal.throwIfAborted();
    this.running = true;
    this.started = mode;
    reporter.phase(mode === 'check' ? "listing blobs in the registry's pod" : "deleting blobs in the registry's pod");
    const onLine = (line: string): void => this.takeLine(output, line);
    const result = await runPruner(api, pod, { mode, logLevel, onLine, signal }).catch((error: unknown) => {
      if (error instanceof ExecRefused && error.notStarted) {
        this.running = false;
        this.started = undefined;
      }
      throw error;
    });
    this.running = !hasEnded(result);
    if (mode === 'check' && this.running && signal.reason instanceof RegadmError)
      throw withAdvice(signal.reason, [
        `the registry's pruner continues its check in pod ${pod.name} until it has read the storage; it deletes nothing, but no other hard prune can start until then`,
      ]);
    signal.throwIfAborted();
    return { result, output };
  }

  private takeLine(output: PrunerOutput, line: string): void {
    const { reporter } = this.options;
    const before = output.blobCount;
    if (!output.take(line)) reporter.log(1, line);
    if (output.blobCount > before) reporter.tick(output.blobCount - before);
  }
}

/** Returns a warning if a confirmed run would refuse what a dry run has found. */
function refusalOf(output: PrunerOutput, usage: ClusterUsage, judge: JudgeOptions): string[] {
  try {
    judgePod(output, usage, { ...judge, confirmed: true });
    return [];
  } catch (error) {
    if (!(error instanceof RegadmError)) throw error;
    return [`--confirm is refused because of this: ${error.suggestions.join('; ')}`];
  }
}

/** Returns what the pruner could not do, as it logged it. */
function failuresIn(output: PrunerOutput): Failure[] {
  return [...output.errors.map((message) => ({ target: 'pruner', message })), ...notSwept(output)];
}

/** Without a repositories directory, the pruner ends before it searches the blobs. */
function notSwept(output: PrunerOutput): Failure[] {
  const message = output.notSwept;
  return message ? [{ target: 'pruner', message: `${message}; prune the registry's volume with --storage DIR` }] : [];
}

/** An error after the start of the deletion, whose result is not known: an interruption, or a broken connection. */
function mayHaveDeleted(cause: unknown): RegadmError {
  const { code, exitCode, suggestions } =
    cause instanceof RegadmError ? cause : new RegadmError('', { code: 'INTERNAL' });
  return new RegadmError(
    `${messageOf(cause)}; the registry's pruner had already started, so it may have deleted blobs`,
    {
      code,
      exitCode,
      suggestions: [...suggestions, 'run the hard prune again: it finds what is left'],
      cause,
    },
  );
}

const hasEnded = ({ exitCode }: ExecResult): boolean => exitCode !== undefined;
