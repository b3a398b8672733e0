import net, { type AddressInfo } from 'node:net';
import { parseRedisUrl } from '../../../../src/core/operator/redis/address.js';
import { emptyBlobCache } from '../../../../src/core/operator/redis/cache.js';
import { requires } from '../../../support/jest/requires.js';
import { makeAuthority } from '../../../support/servers/certificates.js';
import { startRedis, startSentinel, type RedisServer } from '../../../support/servers/redis.js';

const servers: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const server of servers.splice(0).reverse()) await server.stop();
});

async function running(server: Promise<RedisServer>): Promise<RedisServer> {
  servers.push(await server);
  return server;
}

const empty = (url: string, authorities?: string[]): Promise<number> =>
  emptyBlobCache(parseRedisUrl(url)!, authorities);

const failed = (text: string): object => ({
  code: 'REDIS_FAILED',
  message: expect.stringContaining(text) as string,
});

const untrusted = {
  code: 'REDIS_FAILED',
  message: expect.stringContaining('certificate') as string,
  suggestions: expect.arrayContaining([expect.stringContaining('--redis-ca')]) as string[],
};

/** A server that closes every connection after it has sent a text. */
async function aServerThatSays(text: string): Promise<string> {
  const server = net.createServer((socket) => void socket.resume().end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({ stop: () => new Promise<void>((resolve) => void server.close(() => resolve())) });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a server that is not Redis is an error without the password', async () => {
  const address = await aServerThatSays('HTTP/1.1 400 Bad Request\r\n\r\n');
  const error = await empty(`redis://:secret@${address}`).catch((error: Error) => error);
  expect(error).toMatchObject(failed(`cannot empty the blob cache in Redis ${address}: `));
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
});

test('a server that does not answer is an error with that reason', async () => {
  const address = await aServerThatSays('');
  await servers.pop()!.stop();
  const error = (await empty(`redis://${address}`).catch((thrown: Error) => thrown)) as Error;
  expect(error.message).toContain(`Redis ${address}: connection refused (ECONNREFUSED)`);
  expect(error).toMatchObject({
    code: 'REDIS_FAILED',
    suggestions: [expect.stringContaining('check the address of --redis-url'), expect.any(String)],
  });
});

requires('redis-server').describe('a real Redis', () => {
  test('loses the keys of the blob cache in the named database, and no others', async () => {
    const redis = await running(startRedis({ password: 'pass/word' }));
    redis.command(
      'EVAL',
      "for i=1,5000 do redis.call('SET', 'blobs::sha256:'..i, 'x') redis.call('SADD', 'repository::ns/app'..i..'::blobs', 'x') end",
      '0',
    );
    redis.command('SET', 'other', 'x');
    redis.command('-n', '1', 'SET', 'blobs::elsewhere', 'x');
    await expect(empty(`redis://:wrong@${redis.address}`)).rejects.toMatchObject(failed('WRONGPASS'));
    await expect(empty(`redis://${redis.address}`)).rejects.toMatchObject(failed('NOAUTH'));
    expect(await empty(`redis://:pass%2Fword@${redis.address}/0`)).toBe(10_000);
    expect(redis.command('KEYS', '*')).toEqual(['other']);
    expect(await empty(`redis://:pass%2Fword@${redis.address}/1`)).toBe(1);
  });

  test('a user who cannot use UNLINK deletes with DEL', async () => {
    const redis = await running(startRedis({ config: ['user pruner on >secret ~* +@all -unlink'] }));
    redis.command('SET', 'blobs::a', 'x');
    redis.command('SADD', 'upload::b', 'x');
    expect(await empty(`redis://pruner:secret@${redis.address}`)).toBe(2);
    expect(redis.command('DBSIZE')).toEqual(['0']);
  });

  test('a database that does not exist is an error', async () => {
    const redis = await running(startRedis());
    await expect(empty(`redis://${redis.address}/99`)).rejects.toMatchObject(failed('DB index is out of range'));
  });

  test('TLS: trusts a private authority only if it is named', async () => {
    const authority = await makeAuthority();
    const redis = await running(startRedis({ tls: await authority.issue(), password: 'secret' }));
    redis.command('SET', 'blobs::a', 'x');
    const url = `rediss://:secret@${redis.address}`;
    await expect(empty(url)).rejects.toMatchObject(untrusted);
    await expect(empty(url, [(await makeAuthority()).cert])).rejects.toMatchObject({ code: 'REDIS_FAILED' });
    expect(await empty(url, [authority.cert])).toBe(1);
    await expect(empty(`redis://:secret@${redis.address}`)).rejects.toMatchObject({ code: 'REDIS_FAILED' });
  });

  test('TLS: checks the name in the certificate', async () => {
    const authority = await makeAuthority();
    const redis = await running(startRedis({ tls: await authority.issue({ hosts: ['redis.example.com'] }) }));
    const result = empty(`rediss://${redis.address}`, [authority.cert]);
    await expect(result).rejects.toMatchObject(failed("does not match certificate's altnames"));
  });
});

requires('redis-server', 'redis-sentinel').describe('a real Sentinel', () => {
  test('names the master, also after a Sentinel that is down', async () => {
    const master = await running(startRedis({ password: 'secret' }));
    master.command('SET', 'blobs::a', 'x');
    const sentinel = await running(
      startSentinel('mymaster', master, { config: ['sentinel auth-pass mymaster secret'] }),
    );
    const down = await aServerThatSays('');
    await servers.pop()!.stop();
    const url = `redis+sentinel://:secret@${down},${sentinel.address}/mymaster`;
    expect(await empty(url)).toBe(1);
    expect(master.command('DBSIZE')).toEqual(['0']);
  });

  test('with a login of its own uses the same login', async () => {
    const master = await running(startRedis({ password: 'secret' }));
    master.command('-n', '3', 'SET', 'upload::a', 'x');
    const sentinel = await running(
      startSentinel('mymaster', master, { password: 'secret', config: ['sentinel auth-pass mymaster secret'] }),
    );
    expect(await empty(`redis+sentinel://:secret@${sentinel.address}/mymaster/3`)).toBe(1);
    await expect(empty(`redis+sentinel://${sentinel.address}/mymaster`)).rejects.toMatchObject(failed('NOAUTH'));
  });

  test('that does not know the master is an error that names both', async () => {
    const master = await running(startRedis());
    const sentinel = await running(startSentinel('mymaster', master));
    await expect(empty(`redis+sentinel://${sentinel.address}/other`)).rejects.toMatchObject(
      failed(`no Sentinel names the master "other": ${sentinel.address} does not monitor it`),
    );
  });

  test('that still names a replica is an error, because the cache would only look empty', async () => {
    const master = await running(startRedis());
    const replica = await running(startRedis());
    const sentinel = await running(startSentinel('mymaster', replica));
    replica.command('REPLICAOF', '127.0.0.1', String(master.port));
    await expect(empty(`redis+sentinel://${sentinel.address}/mymaster`)).rejects.toMatchObject(
      failed(`${replica.address} is not the master now (slave)`),
    );
  });

  test('TLS: is verified like the master', async () => {
    const authority = await makeAuthority();
    const master = await running(startRedis({ tls: await authority.issue() }));
    master.command('SET', 'blobs::a', 'x');
    const config = ['tls-replication yes'];
    const sentinel = await running(startSentinel('mymaster', master, { tls: await authority.issue(), config }));
    const url = `rediss+sentinel://${sentinel.address}/mymaster`;
    expect(await empty(url, [authority.cert])).toBe(1);
    await expect(empty(url)).rejects.toMatchObject(untrusted);
  });
});
