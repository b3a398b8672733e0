import type { Fields, KubeObject } from '../../model/kube.js';
import { metadataFields, numberIn, reduceCommon, type PrunableObject } from '../../object-prune/plan/object.js';

/** A ReplicationController or a ReplicaSet, reduced to what decisions need. */
export interface ReplicaController extends PrunableObject {
  kind: 'ReplicationController' | 'ReplicaSet';
  /** `spec.replicas`; undefined if it is not stated. */
  wanted?: number;
  /** `status.replicas`; undefined if it is not stated. */
  running?: number;
}

const PHASE = 'openshift.io/deployment.phase';
const REVISION = {
  ReplicationController: 'openshift.io/deployment-config.latest-version',
  ReplicaSet: 'deployment.kubernetes.io/revision',
};

/** The fields that the reducers read. */
export const CONTROLLER_FIELDS: Fields = {
  metadata: metadataFields(PHASE, ...Object.values(REVISION)),
  spec: { replicas: 'all' },
  status: { replicas: 'all' },
};

/** Reduces a ReplicationController. Its state is an annotation. @throws TypeError if a field has an unexpected type */
export function reduceReplicationController(object: KubeObject): ReplicaController {
  return reduce(object, 'ReplicationController', object.metadata.annotations?.[PHASE]);
}

/** Reduces a ReplicaSet. It states no phase and counts as complete. @throws TypeError as above */
export function reduceReplicaSet(object: KubeObject): ReplicaController {
  return reduce(object, 'ReplicaSet', 'Complete');
}

function reduce(object: KubeObject, kind: ReplicaController['kind'], phase: string | undefined): ReplicaController {
  return {
    kind,
    ...reduceCommon(object),
    phase,
    revision: numberIn(object, REVISION[kind]),
    wanted: object.spec?.replicas as number | undefined,
    running: object.status?.replicas as number | undefined,
  };
}
