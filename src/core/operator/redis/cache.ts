import { certificateProblem } from '../../kit/network-errors.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { loadTrust } from '../../http/trust.js';
import { describeAddress, type RedisAddress } from './address.js';
import { causeOf, isAway } from './cause.js';
import type { RedisConnection } from './connect.js';

/** Patterns of the keys of Distribution's blob cache. Other keys are not changed. */
const PATTERNS = ['blobs::*', 'repository::*', 'upload::*'];
/** Number of keys that Redis looks at per SCAN. */
const SCAN_COUNT = 1000;

/**
 * Empties the registry's blob cache in Redis. Otherwise, the registry believes that deleted layers exist and lets
 * clients skip them when they push.
 * @param authorities certificates, PEM, that are trusted in addition to the system's
 * @returns the number of deleted keys
 * @throws RegadmError REDIS_FAILED, without the password
 */
export async function emptyBlobCache(address: RedisAddress, authorities: readonly string[] = []): Promise<number> {
  try {
    // Loaded only here: few registries keep their cache in Redis.
    const { connectRedis } = await import('./connect.js');
    const trust = address.tls ? (await loadTrust({ authorities })).all : undefined;
    const connection = await connectRedis({ address, trust });
    try {
      return await deleteKeys(connection);
    } finally {
      connection.close();
    }
  } catch (cause) {
    throw new RegadmError(`cannot empty the blob cache in Redis ${describeAddress(address)}: ${causeOf(cause)}`, {
      code: 'REDIS_FAILED',
      suggestions: [
        ...(certificateProblem(cause) === 'unknown-authority' ? [ADVICE.redisAuthority] : []),
        ...(isAway(cause) ? [ADVICE.redisAddress] : []),
        ADVICE.emptyRedis,
      ],
      cause,
    });
  }
}

/**
 * Deletes all keys of the cache. SCAN can return a key twice, but does not miss one that exists during the whole scan.
 */
async function deleteKeys(connection: RedisConnection): Promise<number> {
  const remove = remover(connection);
  let deleted = 0;
  for (const pattern of PATTERNS) {
    let cursor = '0';
    do {
      const reply = await connection.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', String(SCAN_COUNT));
      const [next, keys] = reply as [string, string[]];
      if (keys.length > 0) deleted += await remove(keys);
      cursor = next;
    } while (cursor !== '0');
  }
  return deleted;
}

/**
 * Deletes a batch with UNLINK, which does not block the server. Servers before 4.0, and some access rules, only know
 * DEL.
 */
function remover(connection: RedisConnection): (keys: string[]) => Promise<number> {
  let command = 'UNLINK';
  return async (keys) => {
    const reply = await connection.call(command, ...keys).catch((error: unknown) => {
      if (command === 'DEL' || !/^(?:ERR unknown command|NOPERM)/i.test(causeOf(error))) throw error;
      return connection.call((command = 'DEL'), ...keys);
    });
    return Number(reply);
  };
}
