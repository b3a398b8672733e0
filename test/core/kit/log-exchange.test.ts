import { logExchange } from '../../../src/core/kit/log-exchange.js';

test('headers that can contain a secret are named without their value', () => {
  const lines: [number, string][] = [];
  logExchange((level, line) => void lines.push([level, line]), {
    sent: {
      Authorization: 'Bearer SECRET',
      Accept: 'application/json',
      'Impersonate-User': 'eve',
      'X-Token': 'SECRET',
    },
    received: {
      'content-type': 'application/json',
      'set-cookie': ['a=SECRET'],
      location: 'https://s3/?X-Amz-Signature=SECRET',
      etag: undefined,
    },
    bytes: 1,
  });
  expect(JSON.stringify(lines)).not.toContain('SECRET');
  expect(lines).toEqual([
    [7, '  > Authorization: (hidden)'],
    [7, '  > Accept: application/json'],
    [7, '  > Impersonate-User: eve'],
    [7, '  > X-Token: (hidden)'],
    [8, '  < content-type: application/json'],
    [8, '  < set-cookie: (hidden)'],
    [8, '  < location: (hidden)'],
    [8, '  < body: 1 byte'],
  ]);
});
