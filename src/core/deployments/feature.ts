import {
  DEPLOYMENTS,
  DEPLOYMENT_CONFIGS,
  REPLICATION_CONTROLLERS,
  REPLICA_SETS,
  type ListedResource,
} from '../cluster/resources.js';
import type { KindOfObject, ObjectPruneFeature } from '../object-prune/feature.js';
import { readLists } from '../object-prune/gather.js';
import {
  CONTROLLER_FIELDS,
  reduceReplicaSet,
  reduceReplicationController,
  type ReplicaController,
} from './plan/controller.js';
import { planDeployments, type DeploymentEvidence } from './plan/plan.js';

const REPLICATION_CONTROLLER: KindOfObject = {
  resource: REPLICATION_CONTROLLERS,
  action: 'delete-replication-controller',
  reduce: reduceReplicationController,
};
const REPLICA_SET: KindOfObject = { resource: REPLICA_SETS, action: 'delete-replica-set', reduce: reduceReplicaSet };

/**
 * `regadm prune deployments`: old ReplicationControllers without replicas.
 * @param replicaSets whether ReplicaSets are pruned, too; otherwise neither they nor Deployments are read
 */
export function deploymentPrune(replicaSets: boolean): ObjectPruneFeature {
  const owners = replicaSets ? [DEPLOYMENT_CONFIGS, DEPLOYMENTS] : [DEPLOYMENT_CONFIGS];
  const objects = [
    listOf(REPLICATION_CONTROLLERS, reduceReplicationController),
    ...(replicaSets ? [listOf(REPLICA_SETS, reduceReplicaSet)] : []),
  ];
  return {
    document: 'DeploymentPrune',
    things: 'deployments',
    nouns: replicaSets
      ? { one: 'replication controller or replica set', many: 'replication controllers and replica sets' }
      : { one: 'replication controller', many: 'replication controllers' },
    kinds: { ReplicationController: REPLICATION_CONTROLLER, ...(replicaSets ? { ReplicaSet: REPLICA_SET } : {}) },
    owners: { DeploymentConfig: DEPLOYMENT_CONFIGS, Deployment: DEPLOYMENTS },
    gather: (ports, { namespace }, context) => readLists(ports, { objects, owners, namespace }, context),
    plan: (evidence, options) => planDeployments(evidence as DeploymentEvidence, options),
  };
}

function listOf(
  resource: ListedResource,
  reduce: (object: Parameters<KindOfObject['reduce']>[0]) => ReplicaController,
) {
  return { resource, reader: { fields: CONTROLLER_FIELDS, reduce } };
}
