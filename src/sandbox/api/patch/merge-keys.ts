/** How a strategic merge patch merges a field. A list without `key` and `values` is replaced. */
export interface FieldShape {
  /** The list is merged, and this field identifies its entries. */
  key?: string;
  /** The list is merged, and its entries are plain values. */
  values?: true;
  /** Shapes of the fields of the object, or of the entries of the list. */
  fields?: Fields;
}

export type Fields = Record<string, FieldShape>;

const CONTAINERS: FieldShape = {
  key: 'name',
  fields: {
    env: { key: 'name' },
    ports: { key: 'containerPort' },
    volumeDevices: { key: 'devicePath' },
    volumeMounts: { key: 'mountPath' },
  },
};

const POD_SPEC: Fields = {
  containers: CONTAINERS,
  ephemeralContainers: CONTAINERS,
  hostAliases: { key: 'ip' },
  imagePullSecrets: { key: 'name' },
  initContainers: CONTAINERS,
  resourceClaims: { key: 'name' },
  schedulingGates: { key: 'name' },
  topologySpreadConstraints: { key: 'topologyKey' },
  volumes: { key: 'name' },
};

const METADATA: FieldShape = { fields: { finalizers: { values: true }, ownerReferences: { key: 'uid' } } };
const POD_TEMPLATE: FieldShape = { fields: { metadata: METADATA, spec: { fields: POD_SPEC } } };
const JOB_TEMPLATE: FieldShape = { fields: { metadata: METADATA, spec: { fields: { template: POD_TEMPLATE } } } };

/**
 * The lists that are merged, in all built-in kinds: fields of the same name at the same place are merged in the same
 * way in each kind that has them. Tolerations, arguments, and the rules of roles and NetworkPolicies are replaced.
 * @see https://github.com/kubernetes/api, `patchMergeKey`
 */
export const OBJECT_FIELDS: Fields = {
  imagePullSecrets: { key: 'name' },
  metadata: METADATA,
  secrets: { key: 'name' },
  spec: {
    fields: {
      ...POD_SPEC,
      jobTemplate: JOB_TEMPLATE,
      podCIDRs: { values: true },
      ports: { key: 'port' },
      template: POD_TEMPLATE,
    },
  },
  status: {
    fields: {
      addresses: { key: 'type' },
      conditions: { key: 'type' },
      hostIPs: { key: 'ip' },
      podIPs: { key: 'ip' },
      resourceClaimStatuses: { key: 'name' },
    },
  },
};
