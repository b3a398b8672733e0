import { findProxy } from '../../../src/core/kit/proxy.js';

const PROXIES = { HTTPS_PROXY: 'http://proxy:3128', HTTP_PROXY: 'plain:3128' };

test.each([
  ['https://a.example.org', {}, 'http://proxy:3128'],
  ['http://a.example.org', {}, 'http://plain:3128'],
  ['https://a.example.org', { HTTPS_PROXY: '', https_proxy: 'http://lower:1' }, 'http://lower:1'],
  ['https://a.example.org', { NO_PROXY: 'example.org' }, undefined],
  ['https://a.example.org', { NO_PROXY: '.example.org' }, undefined],
  ['https://example.org', { NO_PROXY: '.example.org' }, 'http://proxy:3128'],
  ['https://badexample.org', { NO_PROXY: 'example.org' }, 'http://proxy:3128'],
  ['https://a.example.org', { NO_PROXY: '*.example.org' }, undefined],
  ['https://a.example.org', { no_proxy: 'x, A.EXAMPLE.ORG' }, undefined],
  ['https://a.example.org:5000', { NO_PROXY: 'a.example.org:443' }, 'http://proxy:3128'],
  ['https://a.example.org:5000', { NO_PROXY: 'a.example.org:5000' }, undefined],
  ['https://a.example.org', { NO_PROXY: '*' }, undefined],
  ['https://10.1.2.3:5000', { NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.1.2.3:5000', { NO_PROXY: '10.0.0.0/8' }, 'http://proxy:3128'],
  ['https://[fd00::7]:5000', { NO_PROXY: 'fd00::/8' }, undefined],
  ['https://[fd00::7]:5000', { NO_PROXY: 'fd00::7' }, undefined],
  ['https://localhost:5000', {}, undefined],
  ['https://127.0.0.1:5000', {}, undefined],
  ['https://[::1]:5000', {}, undefined],
])('%s with %p goes through %p', (url, env, expected) => {
  expect(findProxy(url, { ...PROXIES, ...env })?.url).toBe(expected);
});

test('without the variables there is no proxy', () => {
  expect(findProxy('https://a.example.org', {})).toBeUndefined();
});
