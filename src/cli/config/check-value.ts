import { messageOf } from '../../core/model/errors.js';
import { durationFlag, requestTimeoutFlag, timeoutFlag } from '../../flags/duration.js';
import { maxDeleteFlag } from '../../flags/max-delete.js';
import { REDIS_URL_FORMS, redisUrlFlag } from '../../flags/redis.js';
import { registryAddressFlag } from '../../flags/registry-options.js';
import { optionOf } from '../output/option-values.js';
import type { FlagSpec } from './catalog.js';

/** Smallest and largest value of flags that take whole numbers. */
export const INTEGERS: Record<string, [min: number, max: number]> = {
  'keep-tag-revisions': [0, Number.MAX_SAFE_INTEGER],
  'num-workers': [1, Number.MAX_SAFE_INTEGER],
  'keep-complete': [0, Number.MAX_SAFE_INTEGER],
  'keep-failed': [0, Number.MAX_SAFE_INTEGER],
  'successful-jobs-history-limit': [0, 2 ** 31 - 1],
  'failed-jobs-history-limit': [0, 2 ** 31 - 1],
  'job-loglevel': [0, 10],
  'storage-concurrency': [1, 256],
  parallelism: [1, 100],
  loglevel: [0, Number.MAX_SAFE_INTEGER],
};

const duration = (flag: string) => (value: string) => void durationFlag(flag, value);
const CHECKS: Record<string, (value: string) => void> = {
  'keep-younger-than': duration('keep-younger-than'),
  'keep-pulled-within': duration('keep-pulled-within'),
  'keep-blobs-younger-than': duration('keep-blobs-younger-than'),
  'uploads-older-than': duration('uploads-older-than'),
  'older-than': duration('older-than'),
  grace: duration('grace'),
  'trash-keep': duration('trash-keep'),
  'recheck-after': duration('recheck-after'),
  since: duration('since'),
  'starting-deadline': duration('starting-deadline'),
  'active-deadline': duration('active-deadline'),
  timeout: (value) => void timeoutFlag('timeout', value),
  'request-timeout': (value) => void requestTimeoutFlag(value),
  'max-delete': (value) => void maxDeleteFlag(value, 'blobs'),
  'redis-url': (value) => void redisUrlFlag(value),
  'registry-url': (value) => void registryAddressFlag(value),
};

/** Returns what is wrong with a setting's value, in words that follow its name; undefined if it is valid. */
export function valueProblem(flag: string, specs: readonly FlagSpec[], value: string): string | undefined {
  if (value === '') return 'must not be empty';
  if (specs.every(({ type }) => type === 'boolean'))
    return value === 'true' || value === 'false' ? undefined : 'must be true or false';
  // In the order of the command that has most of them.
  const lists = specs.map((spec) => spec.options ?? []).sort((a, b) => b.length - a.length);
  const options = new Set(lists.flat());
  if (specs.every((spec) => spec.options) && optionOf(flag, value, [...options]) === undefined)
    return `must be one of ${[...options].join(', ')}`;
  const range = INTEGERS[flag];
  if (range) return integerProblem(value, range);
  try {
    CHECKS[flag]?.(value);
    return undefined;
  } catch (error) {
    if (flag === 'redis-url') return `must be a Redis URL (${REDIS_URL_FORMS})`;
    return messageOf(error).replace(/^invalid argument ".*" for "--[\w-]+"(?: flag)?: /, '');
  }
}

function integerProblem(value: string, [min, max]: [number, number]): string | undefined {
  if (!/^[+-]?\d+$/.test(value)) return 'must be a whole number';
  if (Number(value) < min) return `must be at least ${min}`;
  return Number(value) > max ? `must be at most ${max}` : undefined;
}
