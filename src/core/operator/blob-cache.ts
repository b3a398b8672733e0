import { parseDuration } from '../model/values/duration.js';
import { entryIn, settingIn, type Environment, type Setting } from './pod-environment.js';

/** Where a registry remembers which blobs exist, as the environment of its pods states it. */
export interface BlobCache {
  /** `inmemory`: in each process. `redis`: outlives processes. `unknown`: the environment does not state it. */
  kind: 'inmemory' | 'redis' | 'none' | 'unknown';
  /**
   * How long OpenShift's registry remembers in which repositories a blob is, in ms. Undefined where the cache is in
   * Redis, which has no such limit, and where the environment does not show that, and how, the limit is set.
   */
  ttlMs?: number;
}

const CACHE = 'REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR';
/** The name of the same setting in old configurations. */
const OLD_CACHE = 'REGISTRY_STORAGE_CACHE_LAYERINFO';
/** With a configuration file of its own, a registry can have any cache. */
const CONFIGURATION_FILE = 'REGISTRY_CONFIGURATION_PATH';
const REDIS_ADDRESS = 'REGISTRY_REDIS_ADDR';
const TTL = 'REGISTRY_OPENSHIFT_CACHE_BLOBREPOSITORYTTL';
/** An old name of the same setting, whose precedence depends on the configuration file. */
const OLD_TTL = 'REGISTRY_MIDDLEWARE_REPOSITORY_OPENSHIFT_BLOBREPOSITORYCACHETTL';
/** What the registry of OpenShift uses where nothing is set. */
const DEFAULT_TTL_MS = 10 * 60_000;

/** Reads the blob cache of a registry from the environment of its container. */
export function blobCacheOf(container: Environment | undefined): BlobCache {
  const kind = kindOf(container);
  const ttlMs = kind === 'redis' || kind === 'unknown' ? undefined : ttlOf(container);
  return ttlMs === undefined ? { kind } : { kind, ttlMs };
}

function kindOf(container: Environment | undefined): BlobCache['kind'] {
  const [setting, old] = [CACHE, OLD_CACHE].map((variable) => settingIn(container, variable)) as [Setting, Setting];
  if (setting.value === 'redis' || old.value === 'redis') return 'redis';
  if (setting.value !== undefined) return setting.value === 'inmemory' ? 'inmemory' : 'unknown';
  const entry = entryIn(container, CACHE);
  // Redis cannot be ruled out, so its cache must be emptied, too.
  if (entryIn(container, REDIS_ADDRESS) || (entry && setting.unknown !== undefined)) return 'redis';
  return entry && !entryIn(container, OLD_CACHE) ? 'none' : 'unknown';
}

function ttlOf(container: Environment | undefined): number | undefined {
  const isOpenShift = container?.env?.some(({ name }) => name.startsWith('REGISTRY_OPENSHIFT_')) ?? false;
  const isSetElsewhere = [CONFIGURATION_FILE, OLD_TTL].some((variable) => isSet(settingIn(container, variable)));
  const { value, unknown } = settingIn(container, TTL);
  if (!isOpenShift || isSetElsewhere || unknown !== undefined) return undefined;
  const ttlMs = value === undefined ? DEFAULT_TTL_MS : parseDuration(value);
  return ttlMs !== undefined && ttlMs >= 0 ? ttlMs : undefined;
}

const isSet = ({ value, unknown }: Setting): boolean => value !== undefined || unknown !== undefined;
