import { parseDuration } from '../model/duration.js';
import { usageError } from '../model/errors.js';
import { parseQuantity } from '../model/quantity.js';
import { cronProblem } from './cron.js';
import { LOG_LEVELS, mergePatch, type PrunerPatch, type PrunerSpec, type Resources } from './pruner-spec.js';

type Reader = (text: string) => unknown;

const READERS: Record<string, Reader> = {
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

/** The keys that `--set` takes. */
export const SETTINGS = Object.keys(READERS);

/**
 * What `--set key=value …` asks for, as a merge patch of the ImagePruner's spec. An empty value gives a setting its default back.
 * @throws RegadmError (USAGE) that names the key
 */
export function parseSettings(texts: string[]): PrunerPatch {
  const pairs = texts.map(parseSetting);
  const again = pairs.find(({ key }, index) => pairs.findIndex((other) => other.key === key) < index);
  if (again) throw usageError(`--set ${again.key} is given twice`);
  return pairs.reduce<PrunerPatch>((patch, { key, value }) => withValue(patch, key.split('.'), value), {});
}

function parseSetting(text: string): { key: string; value: unknown } {
  const equals = text.indexOf('=');
  const key = equals === -1 ? text : text.slice(0, equals);
  const reader = READERS[key];
  if (!reader) throw usageError(`--set ${key}: unknown setting`, [`settings: ${SETTINGS.join(', ')}`]);
  if (equals === -1)
    throw usageError(`--set ${key}: a value is missing`, [
      `write --set ${key}=VALUE, or --set ${key}= for the default`,
    ]);
  const value = text.slice(equals + 1);
  return { key, value: value === '' ? (key === 'schedule' ? '' : null) : reading(key, value, reader) };
}

function reading(key: string, text: string, reader: Reader): unknown {
  try {
    return reader(text);
  } catch (error) {
    throw usageError(`--set ${key}=${text}: ${(error as Error).message}`);
  }
}

function withValue(patch: PrunerPatch, [key = '', ...rest]: string[], value: unknown): PrunerPatch {
  if (rest.length === 0) return { ...patch, [key]: value };
  return { ...patch, [key]: withValue((patch[key] ?? {}) as PrunerPatch, rest, value) };
}

/**
 * Checks what the spec would be after the patch: no request above its limit, which no pod could be made with.
 * @throws RegadmError (USAGE)
 */
export function checkPatched(spec: PrunerSpec, patch: PrunerPatch): PrunerSpec {
  const patched = mergePatch(spec, patch);
  const { requests = {}, limits = {} } = (patched.resources ?? {}) as Resources;
  for (const [name, request] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit !== undefined && (parseQuantity(request) ?? 0) > (parseQuantity(limit) ?? Number.POSITIVE_INFINITY)) {
      throw usageError(`resources.requests.${name} would be ${request}, above resources.limits.${name} of ${limit}`, [
        `set both: --set resources.requests.${name}=… --set resources.limits.${name}=…`,
      ]);
    }
  }
  return patched;
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

/** All of them as JSON, with the form of the object. */
function resources(text: string): Resources {
  const value = parsed(text);
  const problem = Object.entries(value)
    .map(([key, amounts]) => amountsProblem(key, amounts))
    .find(Boolean);
  if (problem) throw new Error(problem);
  return value as Resources;
}

function parsed(text: string): object {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // told below
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
