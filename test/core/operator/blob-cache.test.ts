import { blobCacheOf } from '../../../src/core/operator/blob-cache.js';
import type { EnvironmentEntry } from '../../../src/core/operator/pod-environment.js';

const CACHE = 'REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR';
const TTL = 'REGISTRY_OPENSHIFT_CACHE_BLOBREPOSITORYTTL';
const OPENSHIFT = { name: 'REGISTRY_OPENSHIFT_SERVER_ADDR', value: 'image-registry.openshift-image-registry.svc:5000' };

function cacheWith(variables: Record<string, string>, ...entries: EnvironmentEntry[]): ReturnType<typeof blobCacheOf> {
  return blobCacheOf({ env: [...Object.entries(variables).map(([name, value]) => ({ name, value })), ...entries] });
}

const elsewhere = (name: string): EnvironmentEntry => ({ name, valueFrom: { secretKeyRef: { name: 's', key: 'k' } } });

test('the cache of a registry as the operator sets it up lives 10 minutes', () => {
  expect(cacheWith({ [CACHE]: 'inmemory' }, OPENSHIFT)).toEqual({ kind: 'inmemory', ttlMs: 600_000 });
});

test('a registry without a cache of its own still has that of OpenShift', () => {
  expect(cacheWith({ [CACHE]: '' }, OPENSHIFT)).toEqual({ kind: 'none', ttlMs: 600_000 });
});

test('the lifetime can be set', () => {
  expect(cacheWith({ [CACHE]: 'inmemory', [TTL]: '1m30s' }, OPENSHIFT).ttlMs).toBe(90_000);
});

test.each([
  ['the registry is not that of OpenShift', {}, []],
  ['the lifetime is not a duration', { [TTL]: 'soon' }, [OPENSHIFT]],
  ['another object sets the lifetime', {}, [elsewhere(TTL)]],
  ['a configuration file of its own can set it', { REGISTRY_CONFIGURATION_PATH: '/etc/registry.yml' }, [OPENSHIFT]],
  ['the old name is used', { REGISTRY_MIDDLEWARE_REPOSITORY_OPENSHIFT_BLOBREPOSITORYCACHETTL: '1m' }, [OPENSHIFT]],
])('no lifetime is known if %s', (_case, variables, entries) => {
  expect(cacheWith({ [CACHE]: 'inmemory', ...variables }, ...entries)).toEqual({ kind: 'inmemory' });
});

test.each([
  ['its variable', { [CACHE]: 'redis' }, [OPENSHIFT]],
  ['the old name of its variable', { REGISTRY_STORAGE_CACHE_LAYERINFO: 'redis' }, [OPENSHIFT]],
  ['the address of Redis, while nothing states the cache', { REGISTRY_REDIS_ADDR: 'redis:6379' }, [OPENSHIFT]],
  ['another object that sets the variable', {}, [OPENSHIFT, elsewhere(CACHE)]],
])('the cache is, or can be, in Redis by %s', (_case, variables, entries) => {
  expect(cacheWith(variables, ...entries)).toEqual({ kind: 'redis' });
});

test('without a variable, the cache is that of the configuration file', () => {
  expect(cacheWith({}, OPENSHIFT)).toEqual({ kind: 'unknown' });
  expect(blobCacheOf(undefined)).toEqual({ kind: 'unknown' });
});
