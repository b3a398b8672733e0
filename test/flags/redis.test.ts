import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheEmptier, redisUrlFlag } from '../../src/flags/redis.js';
import { temporaryDirectory } from '../support/storage-tree.js';

test.each(['nonsense', 'http://host', 'redis://:secret@host/x', 'rediss+sentinel://:secret@host'])(
  '%s is refused without its password',
  (text) => {
    expect(() => redisUrlFlag(text)).toThrow('--redis-url: not the address of a Redis server');
    expect(() => redisUrlFlag(text)).not.toThrow('secret');
  },
);

test('without an address there is no cache to empty', async () => {
  expect(await cacheEmptier({})).toBeUndefined();
});

test.each([[{}], [{ 'redis-url': 'redis://host' }], [{ 'redis-url': 'redis+sentinel://host/name' }]])(
  '--redis-ca needs an address with TLS: %j',
  async (flags) => {
    await expect(cacheEmptier({ ...flags, 'redis-ca': '/ca.pem' })).rejects.toMatchObject({
      code: 'USAGE',
      message: '--redis-ca works only with --redis-url and TLS',
    });
  },
);

test('--redis-ca must name a file with certificates, before anything is done', async () => {
  const file = path.join(temporaryDirectory(), 'ca.pem');
  writeFileSync(file, 'none');
  const flags = { 'redis-url': 'rediss://host', 'redis-ca': file };
  await expect(cacheEmptier(flags)).rejects.toMatchObject({
    code: 'USAGE',
    message: `--redis-ca: ${file} contains no certificate in PEM format`,
  });
});
