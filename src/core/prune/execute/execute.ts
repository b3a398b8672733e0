import type { RegistrySetup } from '../../operator/state.js';
import { AuditLog } from '../../deletion/audit-log.js';
import { namespaceToRead } from '../../graph/options.js';
import type { Reporter } from '../../kit/reporter.js';
import type { InvalidReference } from '../../model/errors.js';
import type { Gathered } from '../gather/gather.js';
import type { Failure } from '../../model/document.js';
import { hasDeletedInRegistry, isUntouched, type PruneOutcome } from '../outcome.js';
import type { Unsaved } from '../backup/unsaved.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import type { PrunePorts } from '../ports.js';
import { warnAboutLaterReferences } from '../warnings.js';
import { ClusterWatcher } from './watch/cluster-watcher.js';
import { pruneImages } from './images.js';
import { reportLateImages } from './late-images.js';
import { LiveView } from './watch/live-view.js';
import { Run } from './run.js';
import { pruneStreams } from './streams.js';

/** The result of executing a plan. */
export interface Execution {
  dryRun: boolean;
  outcome: PruneOutcome;
  failures: Failure[];
  /** References that cannot be read and have appeared during the run. */
  laterReferences?: readonly InvalidReference[];
  /** The setup of the registry in which something was deleted, if it can be read. */
  registrySetup?: RegistrySetup;
  /** Present if a signal ended the run before everything was done; with the exit status of that signal. */
  interrupted?: { exitCode: number };
}

interface ExecuteOptions {
  gathered: Gathered;
  /** File that gets a line for every deletion. */
  auditLog?: string;
  /** What must be kept because it was not saved; absent without a backup. */
  unsaved?: Unsaved;
  /** Maximum number of concurrent deletions. */
  workers: number;
  reporter: Reporter;
  /** Aborts when the user interrupts the run: requests in flight are finished, nothing new is started. */
  signal: AbortSignal;
}

/**
 * Executes a plan: first image streams and their links, then images and their blobs. Before every deletion it looks at
 * the cluster again, and keeps what is in use now. Does not modify the plan or its snapshot.
 * @throws RegadmError if the run ended before anything was changed; later failures are in the result
 */
export async function execute(plan: ImagePrunePlan, ports: PrunePorts, options: ExecuteOptions): Promise<Execution> {
  const { reporter, signal, workers, gathered, unsaved } = options;
  const view = new LiveView(plan, gathered.evidence.now);
  const watcher = watch(plan, ports, view, options);
  const audit = options.auditLog === undefined ? undefined : await AuditLog.open(options.auditLog);
  const { imageStreams, images } = ports;
  const registry = plan.options.pruneRegistry ? openRegistryOf(gathered) : undefined;
  const run = new Run(plan, {
    imageStreams,
    images,
    registry,
    view,
    watcher,
    audit,
    signal,
    workers,
    reporter,
    unsaved,
  });
  try {
    if (plan.streams.length + plan.images.length > 0) {
      // Nothing has been changed so far: an error here ends the run as an error, not as a partial run.
      await audit?.append({ action: 'start', server: ports.server, images: plan.images.length });
      await watcher.start();
      await pruneStreams(run);
      await pruneImages(run);
      await reportLateImages(run, openRegistryOf(gathered));
      await run.record({ action: 'end' });
    }
  } finally {
    await watcher.stop();
    await audit?.close();
  }
  const isError = run.fatal !== undefined && isUntouched(run.outcome);
  const laterReferences = view.references.found;
  warnAboutLaterReferences(laterReferences, isError ? run.fatal : undefined, reporter);
  if (isError) throw run.fatal;
  const age = (watcher.oldestLookMs / 1000).toFixed(3);
  reporter.log(4, `the oldest look at the cluster that a deletion rested on was ${age} s old`);
  const { outcome, failures } = run;
  const registrySetup = hasDeletedInRegistry(outcome) ? await ports.readRegistrySetup() : undefined;
  return { dryRun: false, outcome, failures, laterReferences, registrySetup, interrupted: run.interrupted };
}

function watch(
  { options }: ImagePrunePlan,
  ports: PrunePorts,
  view: LiveView,
  { gathered: { lists }, reporter }: ExecuteOptions,
): ClusterWatcher {
  return new ClusterWatcher(ports.cluster, view, {
    namespace: namespaceToRead(options),
    resourceVersions: lists.resourceVersions,
    uids: lists.uids,
    referrers: lists.referrers,
    custom: lists.custom.read,
    everything: lists.everything,
    log: (level, line) => reporter.log(level, line),
    clock: ports.clock,
  });
}

function openRegistryOf({ registry }: Gathered): Exclude<Gathered['registry'], Error> {
  return registry instanceof Error ? undefined : registry;
}
