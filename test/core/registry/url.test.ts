import { isPrivateHost, parseRegistryAddress } from '../../../src/core/registry/url.js';

test.each([
  ['registry.example.org', { host: 'registry.example.org' }],
  ['registry.example.org:5000', { host: 'registry.example.org', port: 5000 }],
  ['registry.example.org:443', { host: 'registry.example.org', port: 443 }],
  ['https://registry.example.org', { scheme: 'https', host: 'registry.example.org' }],
  ['HTTP://Registry.example.org:80/', { scheme: 'http', host: 'registry.example.org', port: 80 }],
  ['[::1]:5000', { host: '[::1]', port: 5000 }],
  ['10.0.0.1', { host: '10.0.0.1' }],
  ['localhost:5000', { host: 'localhost', port: 5000 }],
])('%s is an address', (text, expected) => {
  expect(parseRegistryAddress(text)).toEqual(expected);
});

// The first four messages are those of `oc` (recorded cases).
test.each([
  ['registry.example.org/path', 'no path after <host>[:<port>] is allowed'],
  ['https://registry.example.org?x=1', 'no query arguments are allowed after <host>[:<port>]'],
  ['ftp://registry.example.org', 'unsupported scheme: ftp'],
  ['https://', 'no host name specified'],
  ['https:///path', 'no path after <host>[:<port>] is allowed'],
  ['https://registry.example.org#x', 'no fragment is allowed after <host>[:<port>]'],
  ['https://me:secret@registry.example.org', 'no user and no password are allowed before <host>[:<port>]'],
  [':5000', 'no host name specified'],
  ['registry.example.org:http', 'not a port: http'],
  ['registry.example.org:0', 'not a port: 0'],
  ['registry.example.org:65536', 'not a port: 65536'],
  ['two words', 'not a host name: two words'],
])('%s is not an address: %s', (text, expected) => {
  expect(parseRegistryAddress(text)).toBe(expected);
});

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['10.0.0.1', true],
  ['172.16.0.1', true],
  ['172.31.255.255', true],
  ['172.32.0.1', false],
  ['192.168.7.7', true],
  ['192.169.0.1', false],
  ['169.254.1.1', false],
  ['[::1]', true],
  ['[fc00::1]', true],
  ['[fdff::1]', true],
  ['[fe80::1]', true],
  ['[2001:db8::1]', false],
  ['8.8.8.8', false],
  ['registry', false],
  ['localhost.example.org', false],
  ['10.0.0.1.example.org', false],
])('%s is private: %p', (host, expected) => {
  expect(isPrivateHost(host)).toBe(expected);
});
