import type { Resources } from '../in-cluster/pod.js';
import type { Count } from '../model/document.js';
import { isRecord } from '../model/values/json.js';

/** The settings of the cluster's own pruning: `spec` of ImagePruner `cluster`, with the settings that regadm knows. */
export interface PrunerSpec {
  /** Cron; empty means `0 0 * * *`. */
  schedule?: string;
  suspend?: boolean;
  keepTagRevisions?: Count;
  /** A Go duration, e.g. `60m`. */
  keepYoungerThanDuration?: string;
  /** The older form, in nanoseconds; ignored if keepYoungerThanDuration is set. */
  keepYoungerThan?: number;
  resources?: Resources;
  successfulJobsHistoryLimit?: Count;
  failedJobsHistoryLimit?: Count;
  ignoreInvalidImageReferences?: boolean;
  logLevel?: string;
  [key: string]: unknown;
}

export const LOG_LEVELS = ['Normal', 'Debug', 'Trace', 'TraceAll'];

/** Defaults of the operator. Source: the published definition of ImagePruner. */
export const DEFAULTS = {
  schedule: '0 0 * * *',
  suspend: false,
  keepTagRevisions: 3,
  keepYoungerThanDuration: '60m',
  resources: { requests: { cpu: '100m', memory: '256Mi' } },
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 3,
  ignoreInvalidImageReferences: false,
  logLevel: 'Normal',
} as const;

/** A merge patch of a spec; null removes a setting, which restores its default. */
export type PrunerPatch = { [key: string]: unknown };

/** Applies a merge patch. @see https://www.rfc-editor.org/rfc/rfc7386 */
export function mergePatch<T>(target: T, patch: PrunerPatch): T {
  const merged: Record<string, unknown> = { ...(target as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (isRecord(value)) merged[key] = mergePatch(isRecord(merged[key]) ? merged[key] : {}, value);
    else merged[key] = value;
  }
  return merged as T;
}
