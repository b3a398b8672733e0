import type { ClusterApi } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';
import type { Check } from '../model/check.js';
import type { RegistryAccess } from '../operator/open-registry.js';
import { about, look } from './check.js';
import { checkLists, checkServer, checkUser } from './cluster.js';
import { checkClusterOperator } from './cluster-operator.js';
import type { ArgumentCheck } from './cron-job/accepted.js';
import { checkCronJobs } from './cron-job/index.js';
import { checkNetwork } from './network.js';
import { checkOperator, checkSchedule } from './operator.js';
import { checkRegistry } from './registry.js';

interface Context {
  reporter: Reporter;
  signal: AbortSignal;
  /** Checks the arguments of a prune that a CronJob runs. */
  problemOf: ArgumentCheck;
}

/** Number of subjects that `everyCheck` looks at, which the progress counts. */
const SUBJECTS = 9;

/**
 * Checks everything that a prune needs, with read-only requests. A check that cannot be made is `unknown` and does not
 * stop the others.
 * @param connect opens the cluster; if that or the first request fails, nothing else is checked
 * @throws the reason of the signal, if it is aborted
 */
export async function diagnose(
  connect: () => Promise<ClusterApi>,
  access: RegistryAccess,
  context: Context,
): Promise<Check[]> {
  context.reporter.phase('checking the cluster', SUBJECTS);
  const checks = await everyCheck(connect, access, context);
  // A check reports its error as its result, so an interrupted one does not end the others.
  context.signal.throwIfAborted();
  return checks;
}

async function everyCheck(
  connect: () => Promise<ClusterApi>,
  access: RegistryAccess,
  context: Context,
): Promise<Check[]> {
  const lookAt = async (...subject: Parameters<typeof look>): Promise<Check[]> => {
    const checks = await look(...subject);
    context.reporter.tick();
    return checks;
  };
  let api: ClusterApi | undefined;
  const server = await lookAt('cluster', 'failed', async () => checkServer((api = await connect())));
  if (!api) return [...server, NOTHING_ELSE];
  const cluster = api;
  try {
    if (server[0]!.status === 'failed') return [...server, NOTHING_ELSE];
    const parts = await Promise.all([
      lookAt('user', 'unknown', () => checkUser(cluster)),
      lookAt('lists', 'failed', () => checkLists(cluster)),
      lookAt('registry', 'failed', () => checkRegistry(cluster, access, context)),
      lookAt('operator', 'unknown', () => checkOperator(cluster)),
      lookAt('cluster operator', 'unknown', () => checkClusterOperator(cluster)),
      lookAt('network', 'unknown', () => checkNetwork(cluster)),
      lookAt('schedule', 'unknown', () => checkSchedule(cluster)),
      lookAt('cron job', 'unknown', () => checkCronJobs(cluster, context.problemOf)),
    ]);
    return [...server, ...parts.flat()];
  } finally {
    await cluster.close();
  }
}

const NOTHING_ELSE: Check = about('everything else')('unknown', 'not checked: the cluster cannot be read');
