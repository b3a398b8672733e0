import { describeAddress, parseRedisUrl } from '../../../../src/core/operator/redis/address.js';

test.each([
  ['redis://host', { server: { host: 'host', port: 6379 }, tls: false, database: 0 }],
  ['rediss://host:1/', { server: { host: 'host', port: 1 }, tls: true, database: 0 }],
  ['redis://[::1]:6380/2', { server: { host: '::1', port: 6380 }, tls: false, database: 2 }],
  ['redis://:p%2Fw@host/3', { server: { host: 'host', port: 6379 }, tls: false, password: 'p/w', database: 3 }],
  [
    'redis://me:p@ss@host',
    { server: { host: 'host', port: 6379 }, tls: false, username: 'me', password: 'p@ss', database: 0 },
  ],
  [
    'redis+sentinel://a,b:2/mymaster',
    {
      server: {
        sentinels: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 2 },
        ],
        master: 'mymaster',
      },
      tls: false,
      database: 0,
    },
  ],
  [
    'rediss+sentinel://me:secret@a/my.master/1',
    {
      server: { sentinels: [{ host: 'a', port: 26379 }], master: 'my.master' },
      tls: true,
      username: 'me',
      password: 'secret',
      database: 1,
    },
  ],
])('parses %s', (text, expected) => {
  expect(parseRedisUrl(text)).toEqual(expected);
});

test.each([
  'nonsense',
  'http://host',
  'redis://',
  'redis://host/one',
  'redis://:secret@host/x',
  'redis://host:0',
  'redis://host:70000',
  'redis://a,b',
  'redis://host?password=secret',
  'redis://:%zz@host',
  'redis+sentinel://a',
  'redis+sentinel:///mymaster',
  'redis+sentinel://a,/mymaster',
  'redis+sentinel://a/mymaster/x',
])('%s is not the address of a Redis server', (text) => {
  expect(parseRedisUrl(text)).toBeUndefined();
});

test('a described address contains no login', () => {
  expect(describeAddress(parseRedisUrl('redis://me:secret@[::1]/2')!)).toBe('[::1]:6379');
  expect(describeAddress(parseRedisUrl('redis+sentinel://me:secret@a,b:2/mymaster')!)).toBe('a:26379,b:2/mymaster');
});
