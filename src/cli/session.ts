import type { ClusterApi } from '../core/cluster/api.js';
import type { Reporter } from '../core/kit/reporter.js';
import type { Traffic } from '../core/kit/traffic.js';
import { interruptible, type InterruptTexts } from './interrupt.js';
import { clusterOptions, type ClusterFlagValues } from '../flags/cluster.js';
import { optimizeLater } from './optimize-later.js';
import { createReporter } from './reporter.js';
import type { RunHeader } from './run-header.js';
import { stderr } from '../core/terminal/writer.js';

/** What the command line provides to a use case. */
export interface Session {
  reporter: Reporter;
  /** Aborts on the first signal. */
  signal: AbortSignal;
}

export interface ClusterSession extends Session {
  api: ClusterApi;
}

/** The run of a command that has a session. */
interface Run {
  /** The value of `-v`. */
  verbosity: number;
  header: Pick<RunHeader, 'takeTraffic'>;
}

/**
 * Runs work that reports its progress on stderr and can be interrupted. `-v 6` then shows its requests.
 * @throws RegadmError INTERRUPTED, and what the work throws
 */
export async function withSession<T>(
  { verbosity, header }: Run,
  work: (session: Session) => Promise<T>,
  texts: InterruptTexts = {},
): Promise<T> {
  const reporter = createReporter(stderr().stream, verbosity);
  const run = async (signal: AbortSignal): Promise<T> => {
    try {
      return await work({ reporter, signal });
    } finally {
      if (verbosity >= 6) await logTraffic(header.takeTraffic(), reporter);
      reporter.done();
    }
  };
  // Why a run ends early is part of its errors, which --quiet keeps.
  const note = stderr().isQuiet ? (text: string): void => stderr().error(text) : reporter.note;
  return interruptible(run, { ...texts, note });
}

/** Opens the cluster that the flags name. @throws RegadmError USAGE, and what opening the cluster throws */
export async function connect(
  flags: ClusterFlagValues & { confirm?: boolean },
  reporter: Reporter,
): Promise<ClusterApi> {
  optimizeLater(flags);
  const { openCluster } = await import('../core/cluster/index.js');
  return openCluster(clusterOptions(flags), reporter.log, reporter);
}

/** Tells whether flags, a kubeconfig or the pod select a cluster. @throws RegadmError USAGE, KUBECONFIG_INVALID */
export async function hasCluster(flags: ClusterFlagValues): Promise<boolean> {
  const { isClusterConfigured } = await import('../core/cluster/index.js');
  return isClusterConfigured(clusterOptions(flags));
}

/**
 * Runs work on the cluster that the flags name, and closes the connection afterward.
 * @throws RegadmError INTERRUPTED, what opening the cluster throws, and what the work throws
 */
export async function withCluster<T>(
  flags: ClusterFlagValues,
  run: Run,
  work: (session: ClusterSession) => Promise<T>,
  texts: InterruptTexts = {},
): Promise<T> {
  const onCluster = async (session: Session): Promise<T> => {
    const api = await connect(flags, session.reporter);
    try {
      return await work({ ...session, api });
    } finally {
      await api.close();
    }
  };
  return withSession(run, onCluster, texts);
}

async function logTraffic(traffic: readonly Traffic[], reporter: Reporter): Promise<void> {
  const { trafficLines } = await import('./traffic-lines.js');
  for (const line of trafficLines(traffic)) reporter.log(6, line);
}
