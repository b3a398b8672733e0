import type { ClusterApi } from '../core/cluster/api.js';
import type { Reporter } from '../core/kit/reporter.js';
import { interruptible, type InterruptTexts } from './interrupt.js';
import { clusterOptions, type ClusterFlagValues } from '../flags/cluster.js';
import { optimizeLater } from './optimize-later.js';
import { createReporter } from './reporter.js';
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

/**
 * Runs work that reports its progress on stderr and can be interrupted.
 * @param verbosity the value of `-v`
 * @throws RegadmError INTERRUPTED, and what the work throws
 */
export async function withSession<T>(
  verbosity: number,
  work: (session: Session) => Promise<T>,
  texts: InterruptTexts = {},
): Promise<T> {
  const reporter = createReporter(stderr().stream, verbosity);
  const run = (signal: AbortSignal): Promise<T> => work({ reporter, signal }).finally(() => reporter.done());
  // Why a run ends early is part of its errors, which --quiet keeps.
  const note = stderr().isQuiet ? (text: string): void => stderr().error(text) : reporter.note;
  return interruptible(run, { ...texts, note });
}

/** Opens the cluster that the flags name. @throws RegadmError USAGE, and what opening the cluster throws */
export async function connect(flags: ClusterFlagValues, reporter: Reporter): Promise<ClusterApi> {
  optimizeLater();
  const { openCluster } = await import('../core/cluster/index.js');
  return openCluster(clusterOptions(flags), reporter.log);
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
  verbosity: number,
  work: (session: ClusterSession) => Promise<T>,
  texts: InterruptTexts = {},
): Promise<T> {
  const onCluster = async (session: Session): Promise<T> => {
    const api = await connect(flags, session.reporter);
    try {
      return await work({ ...session, api });
    } finally {
      await api.close();
      if (verbosity >= 6) for (const line of await trafficLines(api)) session.reporter.log(6, line);
    }
  };
  return withSession(verbosity, onCluster, texts);
}

async function trafficLines({ traffic }: ClusterApi): Promise<string[]> {
  const { trafficLines: lines } = await import('./traffic-lines.js');
  return lines(traffic?.entries ?? []);
}
