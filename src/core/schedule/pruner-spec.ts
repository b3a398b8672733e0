/** The settings of the cluster's own pruning: `spec` of ImagePruner `cluster`, with the settings that regadm knows. */
export interface PrunerSpec {
  /** Cron; empty means `0 0 * * *`. */
  schedule?: string;
  suspend?: boolean;
  keepTagRevisions?: number;
  /** A Go duration, e.g. `60m`. */
  keepYoungerThanDuration?: string;
  /** Nanoseconds; the older form, which counts where the newer is not given. */
  keepYoungerThan?: number;
  resources?: Resources;
  successfulJobsHistoryLimit?: number;
  failedJobsHistoryLimit?: number;
  ignoreInvalidImageReferences?: boolean;
  logLevel?: string;
  [key: string]: unknown;
}

export interface Resources {
  requests?: Record<string, string | number>;
  limits?: Record<string, string | number>;
}

export const LOG_LEVELS = ['Normal', 'Debug', 'Trace', 'TraceAll'];

/** What the operator does where a setting is not given. Source: the ImagePruner's published definition. */
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

/** A merge patch of a spec: null removes a setting, which restores its default. */
export type PrunerPatch = { [key: string]: unknown };

/** What a spec is after a merge patch. @see https://www.rfc-editor.org/rfc/rfc7386 */
export function mergePatch<T>(target: T, patch: PrunerPatch): T {
  const merged: Record<string, unknown> = { ...(target as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (isObject(value)) merged[key] = mergePatch(isObject(merged[key]) ? merged[key] : {}, value);
    else merged[key] = value;
  }
  return merged as T;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
