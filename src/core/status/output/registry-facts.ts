import { formatBytes } from '../../model/values/quantity.js';
import type { RegistryState } from '../../operator/state.js';

/** Shown for a setting that the Deployment does not set. */
const NOT_SET = "not set: the image's own configuration applies";

/** Conditions that indicate a problem, as `type=status`. */
const BAD_CONDITIONS = new Set(['Available=False', 'Degraded=True']);

/** True for a condition that indicates a problem. */
export function isBadCondition({ type, status }: { type: string; status: string }): boolean {
  return BAD_CONDITIONS.has(`${type}=${status}`);
}

/** Returns what is known about the registry, as label and value. */
export function registryFacts(state: RegistryState): [label: string, value: string][] {
  const facts: [string, string | undefined][] = [
    ['storage', state.storage && storageText(state.storage)],
    ['mode', state.readOnly === undefined ? undefined : state.readOnly ? 'read-only' : 'read-write'],
    ['replicas', replicasText(state)],
    ['routes', state.routes && (state.routes.join(', ') || 'none: reachable only inside the cluster')],
    ['internal host', state.internalHost],
    ['import mode', state.imageStreamImportMode],
    ['deletion', deletionText(state.deleteEnabled)],
    ['blob cache', cacheText(state)],
    ['operator', operatorText(state.managementState)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

function operatorText(managementState: string | undefined): string | undefined {
  if (managementState === '') return 'managementState is missing: it applies no changes';
  return managementState === 'Removed' ? 'Removed: it runs no registry' : managementState;
}

function storageText({ kind, place, capacity, phase, ephemeral }: NonNullable<RegistryState['storage']>): string {
  const details = [place, capacity === undefined ? undefined : formatBytes(capacity), phase].filter(Boolean).join(', ');
  const lost = ephemeral ? ': every roll-out deletes all images' : '';
  return `${kind}${details ? ` (${details})` : ''}${lost}`;
}

function replicasText({ replicas, rolloutStrategy, pods }: RegistryState): string | undefined {
  if (!replicas) return undefined;
  const ready = replicas.ready === undefined ? '' : `, ${replicas.ready} available`;
  const troubles = (pods ?? [])
    .filter(({ trouble }) => trouble)
    .map(({ name, trouble }) => `; pod ${name}: ${trouble}`);
  return `${replicas.wanted}${ready}${rolloutStrategy ? `, ${rolloutStrategy}` : ''}${troubles.join('')}`;
}

function deletionText(enabled: boolean | null | undefined): string | undefined {
  if (enabled === undefined) return undefined;
  if (enabled === null) return NOT_SET;
  return enabled ? 'enabled' : 'disabled: a prune cannot free anything in the registry';
}

function cacheText({ cache, storage }: RegistryState): string | undefined {
  if (cache === undefined) return undefined;
  if (cache === null) return NOT_SET;
  return cache === ''
    ? 'off'
    : `${cache}${cache === 'inmemory' && !storage?.ephemeral ? ' (stale after a prune: regadm registry restart)' : ''}`;
}
