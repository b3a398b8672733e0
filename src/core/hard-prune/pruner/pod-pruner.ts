import type { ClusterApi, ExecResult } from '../../cluster/api.js';
import type { RegistryPod } from '../../operator/pods.js';
import { runPruner, type PruneMode } from '../../operator/pruner-process.js';
import { EXIT, RegadmError, messageOf } from '../../model/errors.js';
import type { HardPrunePlan } from '../plan/plan-types.js';
import { parsePrunerLine } from './pruner-output.js';
import type { Findings, Outcome, Outcomes, Pruner, Removals } from '../report.js';
import type { Reporter } from '../../kit/reporter.js';

/** Runs the registry's own pruner in its pod and reads what it says. */
export class PodPruner implements Pruner {
  constructor(
    private readonly api: ClusterApi,
    private readonly pod: RegistryPod,
    private readonly report: Reporter,
    /** Awaited before a pruner is started, so that others know where to look for it. */
    private readonly onStart: (pod: RegistryPod) => Promise<void> = async () => {},
    private readonly onEnd: () => void = () => {},
  ) {}

  async check(signal: AbortSignal): Promise<Findings> {
    const run = await this.run('check', signal);
    assertEnded(run, this.pod);
    return { plan: run.plan, warnings: run.errors };
  }

  /** The registry's pruner decides anew; `mayGoOn` is asked before it starts, the signal ends reading later. */
  async remove(_plan: HardPrunePlan, mayGoOn: () => Promise<void>, signal: AbortSignal): Promise<Removals> {
    await mayGoOn();
    const run = await this.run('delete', signal);
    const { plan } = run;
    const failures = run.errors.map((message) => ({ target: 'pruner', message }));
    const failure = failureOf(run);
    if (failure) failures.push({ target: `pod ${this.pod.name}`, message: failure });
    // Before its summary, the last line that the pruner wrote is of what it was about to delete.
    const removed: Outcome = { status: 'deleted' };
    const outcomes: Outcomes = {
      repositories: plan.repositories.map(() => removed),
      manifestLinks: plan.manifestLinks.map(() => removed),
      layerLinks: [],
      uploads: [],
      blobs: plan.blobs.map(() => removed),
    };
    return { plan, outcomes, failures };
  }

  private async run(mode: PruneMode, signal: AbortSignal): Promise<Run> {
    const collected = new Collected(this.report);
    await this.onStart(this.pod);
    signal.throwIfAborted();
    const result = await runPruner(this.api, this.pod, mode, (line) => collected.take(line), signal).catch(
      (error: unknown) => {
        // An HTTP answer instead of a channel: no process was started.
        if (/response:? \d{3}/.test(messageOf(error))) this.onEnd();
        throw error;
      },
    );
    if (result.exitCode !== undefined) this.onEnd();
    signal.throwIfAborted();
    return { result, plan: collected.plan(), errors: collected.errors, last: collected.last };
  }
}

interface Run {
  result: ExecResult;
  plan: HardPrunePlan;
  errors: string[];
  /** The last line that was not understood: the cause, when the process failed. */
  last: string;
}

/** What the pruner's lines add up to. */
class Collected {
  readonly errors: string[] = [];
  last = '';
  private readonly found: HardPrunePlan = {
    repositories: [],
    manifestLinks: [],
    layerLinks: [],
    uploads: [],
    blobs: [],
    bytes: 0,
    abandonedUploads: 0,
    kept: [],
  };

  constructor(private readonly report: Reporter) {}

  take(line: string): void {
    const parsed = parsePrunerLine(line);
    const { found } = this;
    if (parsed.kind === 'blob') found.blobs.push({ digest: parsed.digest });
    else if (parsed.kind === 'manifest-link')
      found.manifestLinks.push({ repository: parsed.repository, digest: parsed.digest });
    else if (parsed.kind === 'repository')
      found.repositories.push({ name: parsed.name, reason: 'its image stream does not exist' });
    else if (parsed.kind === 'summary-bytes') found.bytes = parsed.bytes;
    else if (parsed.kind === 'error') this.errors.push(parsed.message);
    else if (parsed.kind === 'other') this.other(parsed.text);
    if (parsed.kind === 'blob' && found.blobs.length % 1000 === 0)
      this.report.progress(`${found.blobs.length} blobs so far`);
  }

  plan(): HardPrunePlan {
    const { found } = this;
    found.blobs.sort((a, b) => (a.digest < b.digest ? -1 : 1));
    found.repositories.sort((a, b) => (a.name < b.name ? -1 : 1));
    found.manifestLinks.sort((a, b) => (`${a.repository}@${a.digest}` < `${b.repository}@${b.digest}` ? -1 : 1));
    return found;
  }

  private other(text: string): void {
    if (text.trim()) this.last = text.trim();
    this.report.log(1, text);
  }
}

/** What is wrong with the way in which a run ended; undefined when it ended well. */
function failureOf({ result, last }: Run): string | undefined {
  if (result.exitCode === 0) return undefined;
  if (result.exitCode === undefined) return "the connection to the registry's pruner broke before it ended";
  return `the registry's pruner ended with exit status ${result.exitCode}${last ? `: ${last}` : ''}`;
}

/** @throws RegadmError PRUNER_FAILED, PRUNER_FORBIDDEN */
function assertEnded(run: Run, pod: RegistryPod): void {
  const failure = failureOf(run);
  if (!failure) return;
  const why = run.errors.at(-1) ?? '';
  const forbidden = /forbidden|cannot list/i.test(`${why} ${run.last}`);
  throw new RegadmError(`${failure}${why ? `: ${why}` : ''} (pod ${pod.name})`, {
    code: forbidden ? 'PRUNER_FORBIDDEN' : 'PRUNER_FAILED',
    exitCode: EXIT.error,
    suggestions: forbidden
      ? [
          "the registry's service account needs the cluster role system:image-pruner: with --confirm regadm gives it for as long as it is needed; for a dry run: oc adm policy add-cluster-role-to-user system:image-pruner -z registry -n openshift-image-registry",
        ]
      : ['nothing was deleted; try again, or prune the volume with --storage DIR'],
  });
}
