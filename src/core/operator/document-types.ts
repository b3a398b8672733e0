import type { Count, DocumentHeader } from '../model/document.js';

/** What `regadm registry readonly -o json` prints. */
export interface RegistryModeDocument extends DocumentHeader<'RegistryMode'> {
  /** spec.readOnly of the operator's config. */
  readOnly: boolean;
  /** The same before this command. */
  previous: boolean;
  /** True if every pod has the mode and no other pod exists. */
  rolledOut: boolean;
  /** What the rollout still waits for, in words; absent if it is complete. */
  pending?: string;
  managementState: string;
  /** By name. */
  pods: RegistryPodEntry[];
  /** Conditions of the operator's config. */
  conditions: ConditionEntry[];
}

export interface RegistryPodEntry {
  name: string;
  readOnly: boolean;
  ready: boolean;
  phase: string;
  terminating: boolean;
  /** Why it does not run. */
  trouble?: string;
}

export interface ConditionEntry {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** What `regadm registry restart -o json` prints. */
export interface RegistryRestartDocument extends DocumentHeader<'RegistryRestart'> {
  /** True with --dry-run: nothing was restarted. */
  dryRun: boolean;
  /** Pods before the restart. */
  previous: string[];
  /** Ready pods after the restart; none in a dry run. */
  pods: string[];
  /** Number of keys deleted from Redis; absent without --redis-url. */
  redisKeys?: Count;
  /** True if the restart deletes all images, because the storage is an emptyDir; absent otherwise. */
  deletesAllImages?: boolean;
}
