import type { ClusterApi } from '../../cluster/api.js';
import { findIfReadable } from '../../cluster/objects.js';
import { CHANGE_MODE, assertPermissions } from '../../operator/permissions.js';
import { reportClocks } from '../../operator/clocks.js';
import { readConfig, readConfigIfAllowed } from '../../operator/config.js';
import { assertImagesSurvive, rolloutRisk } from '../../operator/ephemeral-storage.js';
import { assertModeCanChange, assertReadOnlyNow } from '../../operator/guards.js';
import { assertUnlocked } from '../../operator/lease/refusal.js';
import { DEPLOYMENT } from '../../operator/objects.js';
import { listRegistryPods } from '../../operator/pods.js';
import { findDeployment, type Deployment } from '../../operator/rollout.js';
import type { HardPrunePorts } from '../ports.js';
import type { CheckStep } from '../preflight.js';
import type { Guarded, GuardedRequest, UnguardedRequest } from '../request.js';
import { verificationChecks } from '../verify.js';
import type { Way } from '../way/way.js';

/**
 * Returns the checks of the guarded procedure: what would fail later and can be detected before anything is changed.
 */
export function guardedChecks(ports: HardPrunePorts, request: GuardedRequest, way: Way): CheckStep[] {
  const { api } = ports;
  const { guard } = request;
  const { find, delete: remove } = way.permissions;
  return [
    {
      name: 'permissions',
      run: async () => {
        await assertPermissions(api, [...CHANGE_MODE, ...find, ...remove]);
        return 'all permissions are granted';
      },
    },
    {
      name: 'lock',
      run: async () => {
        const reading = await readConfig(api);
        reportClocks(reading, ports.reporter);
        assertUnlocked(reading);
        return 'no other hard prune holds the registry lock';
      },
    },
    { name: 'mode', run: () => checkMode(ports, guard.readOnly) },
    { name: 'storage volume', run: () => checkVolume(ports, guard) },
    ...way.checks.delete,
    ...verificationChecks(ports, request),
    { name: 'cache', run: () => checkCache(ports) },
  ];
}

async function checkMode({ api }: HardPrunePorts, readOnly: 'auto' | 'required'): Promise<string> {
  if (readOnly === 'required') {
    await assertReadOnlyNow(api);
    return 'the registry is read-only';
  }
  const { config } = await readConfig(api);
  if (config.spec?.readOnly === true) return 'the registry is already set to read-only mode';
  assertModeCanChange(config, 'hard-prune');
  return 'the operator can switch the registry to read-only mode';
}

/**
 * Refuses a run whose change of the mode would delete all images. With `--read-only=auto`, this is checked even if the
 * registry is read-only now: the mode can change until the run locks the registry.
 */
async function checkVolume({ api, reporter }: HardPrunePorts, guard: Guarded): Promise<string> {
  if (guard.readOnly === 'required') return 'the registry is not rolled out';
  const statement = { config: (await readConfig(api)).config, deployment: await findDeployment(api) };
  for (const loss of assertImagesSurvive(statement, guard.acceptDataLoss)) reporter.warning(loss);
  return 'the storage outlives the pods';
}

/** Returns warnings for a dry run: what makes `--confirm` delete all images. A user may not be allowed to read that. */
export async function volumeWarnings(api: ClusterApi, { guard }: GuardedRequest | UnguardedRequest): Promise<string[]> {
  if (guard.mode === 'unguarded' || guard.readOnly === 'required') return [];
  const deployment = await findIfReadable<Deployment>(api, DEPLOYMENT);
  const risk = rolloutRisk({ ...(await readConfigIfAllowed(api)), deployment });
  const refused = guard.acceptDataLoss ? '' : '; --confirm refuses unless --accept-data-loss is given';
  return risk === undefined ? [] : [`${risk}${refused}`];
}

/** Checks the blob cache. A cache in Redis is only a warning, because the deletion itself is safe. */
async function checkCache({ api, reporter, emptyCache }: HardPrunePorts): Promise<string> {
  const usesRedis = (await listRegistryPods(api)).some((pod) => pod.usesRedis);
  if (usesRedis && !emptyCache)
    reporter.warning('the registry keeps its blob cache in Redis, which a roll-out does not empty: pass --redis-url');
  return usesRedis ? 'the registry keeps its blob cache in Redis' : 'a roll-out empties the blob cache';
}
