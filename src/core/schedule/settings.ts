import type { Resources } from '../in-cluster/pod.js';
import { parseDuration } from '../model/values/duration.js';
import { usageError } from '../model/errors.js';
import { parseQuantity } from '../model/values/quantity.js';
import { cronProblem } from './cron.js';
import { LOG_LEVELS, mergePatch, type PrunerPatch, type PrunerSpec } from './pruner-spec.js';

/** Parsers of the settings. */
const PARSERS: Record<string, (text: string) => unknown> = {
  schedule: cron,
  suspend: boolean,
  keepTagRevisions: count,
  keepYoungerThanDuration: duration,
  successfulJobsHistoryLimit: count,
  failedJobsHistoryLimit: count,
  ignoreInvalidImageReferences: boolean,
  logLevel,
  resources,
  'resources.requests.cpu': quantity,
  'resources.requests.memory': quantity,
  'resources.limits.cpu': quantity,
  'resources.limits.memory': quantity,
};

/** Names of the settings that can be changed. */
export const SETTINGS = Object.keys(PARSERS);

/**
 * Parses the value of a setting for a merge patch; an empty value restores the default.
 * @throws Error whose message completes "VALUE: …"
 */
export function parseSetting(key: string, text: string): unknown {
  if (text === '') return key === 'schedule' ? '' : null;
  return PARSERS[key]!(text);
}

/**
 * Applies a patch and checks the result: a request above its limit would make every pod invalid.
 * @throws RegadmError (USAGE)
 */
export function checkPatched(spec: PrunerSpec, patch: PrunerPatch): PrunerSpec {
  const patched = mergePatch(spec, patch);
  const problem = resourcesProblem((patched.resources ?? {}) as Resources);
  if (problem) {
    const { name, request, limit } = problem;
    throw usageError(`resources.requests.${name} would be ${request}, above resources.limits.${name} of ${limit}`, [
      `set both: --set resources.requests.${name}=… --set resources.limits.${name}=…`,
    ]);
  }
  return patched;
}

/** Returns a request that is above its limit. */
export function resourcesProblem({
  requests = {},
  limits = {},
}: Resources): { name: string; request: string | number; limit: string | number } | undefined {
  const above = Object.entries(requests).find(([name, request]) => {
    const limit = limits[name];
    return limit !== undefined && (parseQuantity(request) ?? 0) > (parseQuantity(limit) ?? Number.POSITIVE_INFINITY);
  });
  return above && { name: above[0], request: above[1], limit: limits[above[0]]! };
}

function cron(text: string): string {
  const problem = cronProblem(text);
  if (problem) throw new Error(problem);
  return text;
}

function boolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error('must be true or false');
  return text === 'true';
}

function count(text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value < 2 ** 31)) throw new Error('must be a whole number, 0 or more');
  return value;
}

function duration(text: string): string {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error('must be a duration such as 60m, 96h or 1h30m');
  if (ms < 0) throw new Error('must not be negative');
  return text;
}

function quantity(text: string): string {
  const value = parseQuantity(text);
  if (value === undefined || value < 0 || text.trim() !== text)
    throw new Error('must be a quantity such as 100m or 256Mi');
  return text;
}

/** Parses all requests and limits as JSON, in the form of the object. */
function resources(text: string): Resources {
  const value = parseObject(text);
  const problem = Object.entries(value)
    .map(([key, amounts]) => amountsProblem(key, amounts))
    .find(Boolean);
  if (problem) throw new Error(problem);
  return value as Resources;
}

function parseObject(text: string): object {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Reported below.
  }
  throw new Error('must be JSON such as {"requests":{"cpu":"100m","memory":"256Mi"}}');
}

function amountsProblem(key: string, amounts: unknown): string | undefined {
  if (key !== 'requests' && key !== 'limits') return `"${key}" is neither requests nor limits`;
  if (typeof amounts !== 'object' || amounts === null || Array.isArray(amounts))
    return `${key} must be an object of quantities`;
  const bad = Object.entries(amounts).find(([, amount]) => !isQuantity(amount));
  return bad && `${key}.${bad[0]} must be a quantity such as 100m or 256Mi`;
}

function isQuantity(amount: unknown): boolean {
  return (typeof amount === 'string' || typeof amount === 'number') && (parseQuantity(amount) ?? -1) >= 0;
}

function logLevel(text: string): string {
  if (!LOG_LEVELS.includes(text)) throw new Error(`must be one of ${LOG_LEVELS.join(', ')}`);
  return text;
}
