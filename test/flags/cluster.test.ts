import { clusterOptions } from '../../src/flags/cluster.js';

test('converts names and units', () => {
  expect(
    clusterOptions({
      kubeconfig: 'k',
      context: 'c',
      user: 'u',
      token: 't',
      as: 'joe',
      'as-group': ['dev'],
      'insecure-skip-tls-verify': true,
      'request-timeout': '30',
    }),
  ).toEqual({
    kubeconfig: 'k',
    context: 'c',
    user: 'u',
    token: 't',
    impersonateUser: 'joe',
    impersonateGroups: ['dev'],
    insecureSkipTlsVerify: true,
    requestTimeoutMs: 30_000,
  });
});

test.each([
  ['https://api.example.com:6443', 'https://api.example.com:6443'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['api.example.com:6443', 'https://api.example.com:6443'],
])('--server %s is %s', (server, url) => {
  expect(clusterOptions({ server }).server).toBe(url);
});

test.each(['https://', 'not an address', 'https://api:port'])('--server %j is not an address', (server) => {
  expect(() => clusterOptions({ server })).toThrow(`invalid argument "${server}" for "--server" flag: not an address`);
});
