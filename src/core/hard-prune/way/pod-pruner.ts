import type { ClusterApi, ExecResult } from '../../cluster/api.js';
import type { Reporter } from '../../kit/reporter.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import type { RegistryPod } from '../../operator/pods.js';
import { runPruner, type PruneMode } from '../../operator/pruner/process.js';
import type { Deletion } from '../../storage/storage.js';
import { PrunerOutput } from '../plan/plan-from-output.js';
import type { HardPrunePlan } from '../plan/types.js';
import type { Deletions, Findings } from '../report.js';
import { assertSucceeded, failureOf, type PrunerRun } from './pruner-failure.js';
import type { Pruner } from './way.js';

interface PodPrunerOptions {
  api: ClusterApi;
  pod: RegistryPod;
  reporter: Reporter;
  /** Awaited before each start of the pruner; records its pod for `--recover`. */
  beforeStart?(pod: RegistryPod): Promise<void>;
}

/** Number of blobs between two progress reports. */
const PROGRESS_STEP = 1000;

/** Runs the registry's own pruner in one of its pods and reads its output. */
export class PodPruner implements Pruner {
  private running = false;
  /** The last run started a process in the pod, which may have ended. */
  private started = false;

  constructor(private readonly options: PodPrunerOptions) {}

  get mayStillRun(): boolean {
    return this.running;
  }

  async find(signal: AbortSignal): Promise<Findings> {
    const run = await this.run('check', signal);
    assertSucceeded(run, this.options.pod);
    return { plan: run.output.plan(), warnings: run.output.errors };
  }

  /**
   * Runs the registry's pruner, which decides again what to delete. Once it has started, the signal only stops reading
   * its output.
   */
  async delete(_plan: HardPrunePlan, mayContinue: () => Promise<void>, signal: AbortSignal): Promise<Deletions> {
    await mayContinue();
    const run = await this.run('delete', signal).catch((error: unknown) => {
      throw this.started ? mayHaveDeleted(signal.aborted ? signal.reason : error) : error;
    });
    const plan = run.output.plan();
    const failures = run.output.errors.map((message) => ({ target: 'pruner', message }));
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
    return { plan, outcomes, failures };
  }

  private async run(mode: PruneMode, signal: AbortSignal): Promise<PrunerRun> {
    const { api, pod, beforeStart } = this.options;
    const output = new PrunerOutput();
    this.started = false;
    await beforeStart?.(pod);
    signal.throwIfAborted();
    this.running = this.started = true;
    const onLine = (line: string): void => this.takeLine(output, line);
    const result = await runPruner(api, pod, { mode, onLine, signal }).catch((error: unknown) => {
      // The API server refused: no process was started. After a 5xx, one may have been.
      if (/response:? 4\d\d/.test(messageOf(error))) this.running = this.started = false;
      throw error;
    });
    this.running = !hasEnded(result);
    signal.throwIfAborted();
    return { result, output };
  }

  private takeLine(output: PrunerOutput, line: string): void {
    const { reporter } = this.options;
    const before = output.blobCount;
    if (!output.take(line)) reporter.log(1, line);
    if (output.blobCount > before && output.blobCount % PROGRESS_STEP === 0)
      reporter.progress(`the registry's pruner has listed ${output.blobCount} blobs`);
  }
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
