import net, { type AddressInfo } from 'node:net';
import { emptyBlobCache, parseRedisUrl } from '../../../src/core/operator/redis-cache.js';
import { startRedis } from '../../support/servers/redis.js';
import { requires } from '../../support/jest/requires.js';

test.each(['nonsense', 'http://host', 'redis://', 'redis://host/one', 'redis://:secret@host/x'])(
  '%s is refused, without its password',
  (text) => {
    expect(() => parseRedisUrl(text)).toThrow('--redis-url');
    try {
      parseRedisUrl(text);
    } catch (error) {
      expect((error as Error).message).not.toContain('secret');
    }
  },
);

test('what is no Redis, and what does not answer, is an error without the password', async () => {
  const server = net.createServer((socket) => void socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const failed = emptyBlobCache(parseRedisUrl(`redis://:secret@127.0.0.1:${port}`));
  await expect(failed).rejects.toMatchObject({
    code: 'REDIS_FAILED',
    message: expect.not.stringContaining('secret') as string,
  });
  await new Promise((resolve) => server.close(resolve));
  await expect(emptyBlobCache(parseRedisUrl(`redis://127.0.0.1:${port}`))).rejects.toMatchObject({
    code: 'REDIS_FAILED',
  });
});

requires('redis-server').describe('a real Redis', () => {
  test('loses the keys of the blob cache, in the database that is named, and no other', async () => {
    const redis = await startRedis('pass/word');
    try {
      redis.command(
        'EVAL',
        "for i=1,5000 do redis.call('SET', 'blobs::sha256:'..i, 'x') redis.call('SADD', 'repository::ns/app'..i..'::blobs', 'x') end",
        '0',
      );
      redis.command('SET', 'other', 'x');
      redis.command('-n', '1', 'SET', 'blobs::elsewhere', 'x');
      await expect(emptyBlobCache(parseRedisUrl(`redis://:wrong@${redis.address}`))).rejects.toMatchObject({
        code: 'REDIS_FAILED',
      });
      expect(await emptyBlobCache(parseRedisUrl(`redis://:pass%2Fword@${redis.address}/0`))).toBe(10_000);
      expect(redis.command('KEYS', '*')).toEqual(['other']);
      expect(await emptyBlobCache(parseRedisUrl(`redis://:pass%2Fword@${redis.address}/1`))).toBe(1);
    } finally {
      await redis.stop();
    }
  });
});
