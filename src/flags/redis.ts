import { Flags } from '@oclif/core';

/** How the registry's blob cache in Redis is reached. */
export const redisFlags = {
  'redis-url': Flags.string({
    helpValue: 'URL',
    env: 'REGADM_REDIS_URL',
    description:
      'Redis that the registry uses as its blob cache, to be emptied: redis[s]://[user:password@]host[:port][/db]; set REGADM_REDIS_URL instead to keep a password out of the process list',
  }),
};
