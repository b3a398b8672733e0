import { reportClocks } from '../../operator/clocks.js';
import { readConfig, readConfigIfAllowed } from '../../operator/config.js';
import { findIfReadable } from '../../cluster/objects.js';
import { refusal } from '../../model/errors.js';
import { assertImagesSurvive, rolloutRisk } from '../../operator/ephemeral-storage.js';
import { assertUnlocked } from '../../operator/lease/refusal.js';
import { DEPLOYMENT } from '../../operator/objects.js';
import { READ_IMAGES, READ_PROCESSES, RESTART, assertPermissions } from '../../operator/permissions.js';
import { readRegistryProcesses } from '../../operator/processes.js';
import { findDeployment, type Deployment } from '../../operator/rollout.js';
import type { HardPrunePorts } from '../ports.js';
import type { CheckStep } from '../preflight.js';
import type { OnlineRequest } from '../request.js';

/** Returns the checks of an online run: what would fail later and can be detected before anything is changed. */
export function onlineChecks(ports: HardPrunePorts, { guard }: OnlineRequest): CheckStep[] {
  if (guard.onlyStorage) return [];
  return [
    { name: 'permissions', run: () => checkPermissions(ports, guard.restarts) },
    { name: 'lock', run: () => checkLock(ports) },
    ...(guard.restarts ? [{ name: 'storage volume', run: () => checkVolume(ports, guard.acceptDataLoss) }] : []),
    { name: 'cache', run: () => checkCache(ports) },
  ];
}

/** Returns the checks of a dry run, which changes nothing. */
export function onlinePreviewChecks(ports: HardPrunePorts, { guard }: OnlineRequest): CheckStep[] {
  return guard.onlyStorage ? [] : [{ name: 'permissions', run: () => checkPermissions(ports, false) }];
}

/** Returns warnings for a dry run: what makes a confirmed run refuse, or delete all images. */
export async function onlineWarnings({ api }: HardPrunePorts, { guard }: OnlineRequest): Promise<string[]> {
  if (!guard.restarts) return [];
  const deployment = await findIfReadable<Deployment>(api, DEPLOYMENT);
  const risk = rolloutRisk({ ...(await readConfigIfAllowed(api)), deployment });
  const refused = guard.acceptDataLoss ? '' : '; --confirm refuses unless --accept-data-loss is given';
  return risk === undefined ? [] : [`${risk}${refused}`];
}

async function checkPermissions({ api }: HardPrunePorts, restarts: boolean): Promise<string> {
  await assertPermissions(api, [...READ_IMAGES, ...(restarts ? RESTART : READ_PROCESSES)]);
  return 'all permissions are granted';
}

async function checkLock({ api, reporter, signal }: HardPrunePorts): Promise<string> {
  const reading = await readConfig(api, signal);
  reportClocks(reading, reporter);
  assertUnlocked(reading);
  return 'no hard prune holds the registry lock';
}

async function checkVolume({ api, reporter, signal }: HardPrunePorts, acceptDataLoss: boolean): Promise<string> {
  const statement = { config: (await readConfig(api, signal)).config, deployment: await findDeployment(api, signal) };
  for (const loss of assertImagesSurvive(statement, acceptDataLoss)) reporter.warning(loss);
  return 'the storage outlives the pods';
}

/** A cache in Redis that is not emptied remembers marked blobs forever, so that no mark would ever be complete. */
async function checkCache({ api, emptyCache, reporter, signal }: HardPrunePorts): Promise<string> {
  const processes = await readRegistryProcesses(api, signal);
  if (!processes) reporter.warning(NO_POD);
  if (processes?.usesRedis && !emptyCache)
    throw refusal('CACHE_NOT_EMPTIED', REDIS_IN_USE, ['pass --redis-url URL, with which regadm empties it']);
  return emptyCache ? 'the registry keeps its blob cache in Redis' : 'a restart empties the blob cache';
}

/**
 * Returns a warning for a dry run: what a confirmed run refuses.
 * @param processes that run now; undefined if they are not known
 */
export function cacheWarning(
  { emptyCache }: HardPrunePorts,
  processes: { usesRedis: boolean } | undefined,
): string | undefined {
  if (!processes?.usesRedis || emptyCache) return undefined;
  return `${REDIS_IN_USE}; --confirm refuses unless --redis-url is given`;
}

const REDIS_IN_USE =
  'the registry keeps its blob cache in Redis, which outlives a restart: unless it is emptied, no blob can be moved to the trash';

const NO_POD =
  'the cluster has no registry pod: restart the registry that uses this storage after each run; what is moved to the trash can be deleted only after two rechecks at least an hour apart';
