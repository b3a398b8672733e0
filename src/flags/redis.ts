import { Flags } from '@oclif/core';
import { hideUserInfo } from '../core/kit/secrets/known.js';
import { usageError } from '../core/model/errors.js';
import { parseRedisUrl, type RedisAddress } from '../core/operator/redis/address.js';
import { authoritiesFlag } from './authorities.js';

/** Select the Redis that the registry uses as its blob cache. */
export const redisFlags = {
  'redis-url': Flags.string({
    helpValue: 'URL',
    env: 'REGADM_REDIS_URL',
    description:
      'empty the blob cache of the registry in this Redis: redis[s]://[user:password@]host[:port][/db], or redis[s]+sentinel://[user:password@]host[:port][,…]/MASTER[/db]; set REGADM_REDIS_URL instead to keep a password out of the process list',
  }),
  'redis-ca': Flags.string({
    helpValue: 'FILE',
    description: "PEM file with authorities that verify the certificate of Redis, in addition to the system's",
  }),
};

interface RedisFlagValues {
  'redis-url'?: string;
  'redis-ca'?: string;
}

/** The forms of `--redis-url`. */
export const REDIS_URL_FORMS =
  'redis[s]://[user:password@]host[:port][/db] or redis[s]+sentinel://[user:password@]host[:port][,…]/MASTER[/db]';

/** Converts `--redis-url`. @throws RegadmError (USAGE), never with the text itself, which can contain a password */
export function redisUrlFlag(text: string): RedisAddress {
  hideUserInfo(text);
  const address = parseRedisUrl(text);
  if (address) return address;
  throw usageError('--redis-url: not the address of a Redis server', [`write it as ${REDIS_URL_FORMS}`]);
}

/**
 * Converts the flags and reads the file of `--redis-ca`.
 * @returns a function that empties the cache and resolves to the number of deleted keys; undefined without
 *   `--redis-url`
 * @throws RegadmError (USAGE) that names the flag
 */
export async function cacheEmptier(flags: RedisFlagValues): Promise<(() => Promise<number>) | undefined> {
  const { 'redis-url': text, 'redis-ca': file } = flags;
  const address = text === undefined ? undefined : redisUrlFlag(text);
  if (file !== undefined && !address?.tls)
    throw usageError('--redis-ca works only with --redis-url and TLS', ['write the address as rediss://…']);
  if (!address) return undefined;
  const authorities = file === undefined ? [] : await authoritiesFlag('redis-ca', file, 'the certificate of Redis');
  const { emptyBlobCache } = await import('../core/operator/redis/cache.js');
  return () => emptyBlobCache(address, authorities);
}
