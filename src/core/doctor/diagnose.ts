import type { Count, DocumentHeader } from '../model/document.js';
import type { ClusterApi } from '../cluster/api.js';
import type { RegistryAccess, RegistryHooks } from '../operator/open-registry.js';
import type { Check, CheckStatus } from '../model/check.js';
import { about, look } from './check.js';
import { checkLists, checkServer, checkUser } from './cluster.js';
import { checkOperator, checkSchedule } from './operator.js';
import { checkRegistry } from './registry.js';

/** What `regadm doctor -o json` prints. */
export interface DoctorDocument extends DocumentHeader<'Doctor'> {
  /** Version of regadm. */
  version: string;
  /** Version of Node.js. */
  node: string;
  /** True if no check failed: a prune would work. */
  ok: boolean;
  summary: { failed: Count; warnings: Count; unknown: Count };
  checks: Check[];
}

/**
 * Checks everything that a prune needs, with reading requests only. A check that cannot be made is `unknown` and does
 * not stop the others.
 * @param connect opens the cluster; when that or the first request fails, nothing else is tried
 */
export async function diagnose(
  connect: () => Promise<ClusterApi>,
  access: RegistryAccess,
  hooks: RegistryHooks,
): Promise<Check[]> {
  let api: ClusterApi | undefined;
  const server = await look('cluster', 'failed', async () => checkServer((api = await connect())));
  if (!api || server[0]!.status === 'failed')
    return [...server, about('everything else')('unknown', 'the cluster cannot be asked')];
  const cluster = api;
  try {
    const parts = await Promise.all([
      look('user', 'unknown', () => checkUser(cluster)),
      look('lists', 'failed', () => checkLists(cluster)),
      look('registry', 'failed', () => checkRegistry(cluster, access, hooks)),
      look('operator', 'unknown', () => checkOperator(cluster)),
      look('schedule', 'unknown', () => checkSchedule(cluster)),
    ]);
    return [...server, ...parts.flat()];
  } finally {
    await cluster.close();
  }
}

export function doctorReport(version: string, checks: Check[]): DoctorDocument {
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const summary = { failed: count('failed'), warnings: count('warning'), unknown: count('unknown') };
  return {
    apiVersion: 'regadm/v1',
    kind: 'Doctor',
    version,
    node: process.version,
    ok: summary.failed === 0,
    summary,
    checks,
  };
}
