import type { ClusterApi, KubeObject } from '../../../cluster/api.js';
import { listNames } from '../../../cluster/list-names.js';
import { findObject, listObjects } from '../../../cluster/objects.js';
import { defineResource } from '../../../cluster/resources.js';
import { didYouMean, suggest } from '../../../kit/suggest.js';
import { RegadmError, hasCode, withAdvice } from '../../../model/errors.js';
import { conditionsOf } from '../../../model/kube.js';
import { isAbsent } from '../../../model/values/json.js';
import { checker, type EdgeCheck } from '../check.js';
import type { TimeLimit } from '../time-limit.js';

const MANAGED_CLUSTERS = defineResource('cluster.open-cluster-management.io/v1', 'managedclusters', 'ManagedCluster', {
  namespaced: false,
});
/** Name, and label, of the hub among its own clusters. */
const LOCAL_CLUSTER = 'local-cluster';
const { failed, warning } = checker('hub');
const CHECK = 'managed-cluster';
const CHECK_KUBECONFIG = 'check that the kubeconfig is that of the hub: --hub-kubeconfig';
/** Timeout of the request for similar names, in ms. */
const SUGGESTION_TIMEOUT_MS = 10_000;
const AVAILABLE = 'ManagedClusterConditionAvailable';

/** A managed cluster as its hub states it. */
export interface ManagedCluster {
  name: string;
  /** Why it cannot be checked; undefined if it can. */
  problem?: EdgeCheck;
  /** A warning if the hub does not hear from the cluster, or if that cannot be read. */
  warning?: EdgeCheck;
}

/** The managed clusters of a hub. */
interface SelectedClusters {
  /** Sorted by name. */
  clusters: ManagedCluster[];
  /** Names by which the hub itself was among them. */
  leftOut: string[];
}

/**
 * Lists the managed clusters of a hub, without the hub itself.
 * @param selector of labels; undefined: all
 * @throws RegadmError NO_MANAGED_CLUSTERS if no cluster matches, API_UNREACHABLE if the hub takes too long; ApiError;
 *   the reason for which the user ended the run
 */
export async function listManagedClusters(
  hub: ClusterApi,
  selector: string | undefined,
  limit: TimeLimit,
): Promise<SelectedClusters> {
  const options = { labelSelector: selector };
  const objects = await listObjects(limit.bound(hub), MANAGED_CLUSTERS, options).catch((error: unknown) => {
    throw limit.isOver ? tooLate(hub, limit) : explained(error);
  });
  const leftOut = objects.filter(isHub).map(({ metadata }) => metadata.name);
  const clusters = objects.filter((object) => !isHub(object)).map(toManagedCluster);
  if (clusters.length === 0) throw noClusters(selector, leftOut.length > 0);
  return { clusters: clusters.sort((a, b) => (a.name < b.name ? -1 : 1)), leftOut };
}

/**
 * Finds a managed cluster by its name. A user who is not allowed to read it gets a warning instead of its state.
 * @returns `missing` if the hub does not have it
 * @throws ApiError
 */
export async function findManagedCluster(hub: ClusterApi, name: string): Promise<ManagedCluster | 'missing'> {
  try {
    const found = await findObject(hub, { resource: MANAGED_CLUSTERS, name }, { confirmAbsence: true });
    return found ? toManagedCluster(found) : 'missing';
  } catch (error) {
    if (!hasCode(error, 'FORBIDDEN')) throw error;
    return { name, warning: warning(CHECK, error.message, error.suggestions[0]) };
  }
}

/** Makes the error about a name that the hub does not have; it suggests similar names. */
export async function noSuchCluster(hub: ClusterApi, name: string): Promise<RegadmError> {
  const names = await listNames(hub, MANAGED_CLUSTERS, { timeoutMs: SUGGESTION_TIMEOUT_MS }).catch(() => undefined);
  return new RegadmError(`the hub has no managed cluster ${name}`, {
    code: 'NO_MANAGED_CLUSTERS',
    suggestions: names?.length
      ? [...didYouMean(suggest(name, names)), 'list them: oc get managedclusters']
      : [CHECK_KUBECONFIG],
  });
}

function isHub({ metadata: { name, labels } }: KubeObject): boolean {
  return name === LOCAL_CLUSTER || labels?.[LOCAL_CLUSTER] === 'true';
}

function toManagedCluster(object: KubeObject): ManagedCluster {
  const { name, deletionTimestamp } = object.metadata;
  if (!isAbsent(deletionTimestamp)) {
    const remedy = 'wait until it is detached, or find out what keeps it: oc describe managedcluster';
    return { name, problem: failed(CHECK, 'not checked: the hub is detaching it', remedy) };
  }
  if (object.spec?.hubAcceptsClient !== true) {
    const remedy = 'accept it on the hub: set spec.hubAcceptsClient of the ManagedCluster to true';
    return { name, problem: failed(CHECK, 'not checked: the hub has not accepted it', remedy) };
  }
  return { name, warning: silenceIn(object) };
}

function silenceIn(object: KubeObject): EdgeCheck | undefined {
  const available = conditionsOf(object).find(({ type }) => type === AVAILABLE);
  if (!available || available.status === 'True') return undefined;
  const { status, reason = '', message = '' } = available;
  const state = `the hub states that ${AVAILABLE} is ${status}: ${reason} ${message}`.trim();
  return warning(CHECK, state, 'check that the cluster runs, and that it reaches the hub');
}

function tooLate({ server }: ClusterApi, { text }: TimeLimit): RegadmError {
  return new RegadmError(`the hub at ${server} has not listed its managed clusters ${text}`, {
    code: 'API_UNREACHABLE',
    suggestions: ['check that the hub can be reached from here, or pass a longer --timeout'],
  });
}

function explained(error: unknown): unknown {
  return hasCode(error, 'NOT_FOUND') ? withAdvice(error, [CHECK_KUBECONFIG]) : error;
}

function noClusters(selector: string | undefined, hasHub: boolean): RegadmError {
  const which = selector === undefined ? '' : ` with the labels ${selector}`;
  const besides = hasHub ? ' besides itself' : '';
  return new RegadmError(`the hub has no managed cluster${which}${besides}`, {
    code: 'NO_MANAGED_CLUSTERS',
    suggestions: [
      selector === undefined ? CHECK_KUBECONFIG : 'look at the labels: oc get managedclusters --show-labels',
    ],
  });
}
