import { RegadmError, usageError } from '../../core/model/errors.js';
import { parseFault } from '../http/fault-rules.js';

/** Faults of a managed cluster that do not depend on a single request. */
export const CLUSTER_FAULTS = {
  silent: 'its API server accepts connections and never answers',
  unreachable: 'its API server refuses connections',
  'certificate-expired': 'the certificate of its API server has expired',
  'pods-not-ready': 'its registry pods are not ready',
  'claim-unbound': 'the claim of its registry is Pending',
  'login-refused': 'its registry refuses the login',
  'override-differs': 'its BareMetalHost has another configuration than its ClusterInstance',
  'no-kubeconfig': 'the hub lacks the secret with its kubeconfig',
} as const;

export type ClusterFault = keyof typeof CLUSTER_FAULTS;

/** What is wrong with one managed cluster. */
export interface ClusterFaults {
  states: Set<ClusterFault>;
  /** Rules for requests to its servers. */
  rules: string[];
}

/** `CLUSTER:RULE`. Rules without a cluster start with an uppercase method, or are names without a colon. */
const OF_CLUSTER = /^\s*([a-z0-9][a-z0-9.-]*):\s*(.*)$/s;

/**
 * Separates the rules of managed clusters (`CLUSTER:RULE`) from those of the hub.
 * @param clusters names of the managed clusters
 * @throws RegadmError (USAGE) for an unknown cluster or an invalid rule of a cluster
 */
export function separateFaults(
  rules: string[],
  clusters: string[],
): { hub: string[]; managed: Map<string, ClusterFaults> } {
  const hub: string[] = [];
  const managed = new Map<string, ClusterFaults>(clusters.map((name) => [name, { states: new Set(), rules: [] }]));
  for (const text of rules) {
    const [, cluster, rule = ''] = OF_CLUSTER.exec(text) ?? [];
    if (cluster === undefined) hub.push(text);
    else addFault(managed, cluster, rule);
  }
  return { hub, managed };
}

function addFault(managed: Map<string, ClusterFaults>, cluster: string, rule: string): void {
  const faults = managed.get(cluster);
  if (!faults) throw unknownCluster(cluster, [...managed.keys()]);
  const name = rule.trim();
  if (isClusterFault(name)) faults.states.add(name);
  else faults.rules.push(checked(rule));
}

function isClusterFault(name: string): name is ClusterFault {
  return Object.hasOwn(CLUSTER_FAULTS, name);
}

function checked(rule: string): string {
  try {
    parseFault(rule);
    return rule;
  } catch (error) {
    if (error instanceof RegadmError)
      error.suggestions.push(`or, of a managed cluster, one of ${Object.keys(CLUSTER_FAULTS).join(', ')}`);
    throw error;
  }
}

function unknownCluster(cluster: string, known: string[]): RegadmError {
  const problem = `invalid --fail: the sandbox has no managed cluster "${cluster}"`;
  const remedy =
    known.length === 0
      ? 'add managed clusters: --managed-clusters N'
      : `its managed clusters are ${known[0]!} to ${known.at(-1)!}`;
  return usageError(problem, [remedy]);
}
