import type { Permission } from '../cluster/access-review.js';
import type { Placement } from '../in-cluster/pod.js';

/** An entry of a container's environment. */
export interface Variable {
  name: string;
  value?: string;
  valueFrom?: object;
}

/** The volume claim of the registry, and how its own pods mount it. */
export interface ClaimMount {
  claim: string;
  mountPath: string;
  subPath?: string;
  /** The registry's root directory. */
  root: string;
  /** True if only one node at a time can mount it. */
  isOnOneNode: boolean;
  /** User, groups and SELinux label of the registry's pods. */
  securityContext: Record<string, unknown>;
  /** What keeps the pod of the Job from starting. */
  warnings: readonly string[];
}

/** How the Job reaches the storage. */
export type StorageAccess =
  | { via: 'claim'; mount: ClaimMount }
  | {
      via: 'store';
      /** What the Job needs of the cluster to reach it. */
      permissions: readonly Permission[];
    };

/** Where the Job runs, as the cluster states it. */
export interface Place {
  access: StorageAccess;
  /** Variables that name the proxy of the registry. */
  proxy: readonly Variable[];
  /** Where the registry's pods run. */
  placement: Placement;
  /** What was taken from where, and what could not be taken. */
  notes: readonly string[];
}
