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
  context.reporter.phase('checking');
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
  let api: ClusterApi | undefined;
  const server = await look('cluster', 'failed', async () => checkServer((api = await connect())));
  if (!api) return [...server, NOTHING_ELSE];
  const cluster = api;
  try {
    if (server[0]!.status === 'failed') return [...server, NOTHING_ELSE];
    const parts = await Promise.all([
      look('user', 'unknown', () => checkUser(cluster)),
      look('lists', 'failed', () => checkLists(cluster)),
      look('registry', 'failed', () => checkRegistry(cluster, access, context)),
      look('operator', 'unknown', () => checkOperator(cluster)),
      look('cluster operator', 'unknown', () => checkClusterOperator(cluster)),
      look('network', 'unknown', () => checkNetwork(cluster)),
      look('schedule', 'unknown', () => checkSchedule(cluster)),
      look('cron job', 'unknown', () => checkCronJobs(cluster, context.problemOf)),
    ]);
    return [...server, ...parts.flat()];
  } finally {
    await cluster.close();
  }
}

const NOTHING_ELSE: Check = about('everything else')('unknown', 'not checked: the cluster cannot be read');
