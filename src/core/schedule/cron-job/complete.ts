import { PLACEMENT_KEYS, type Placement } from '../../in-cluster/pod.js';
import { REFERRERS_ROLE } from './access.js';
import type { ClusterSettings, Found, UsingKind } from './cluster-settings.js';
import type { CronJobRequest } from './request.js';

/** A setting that the command line leaves to the cluster. */
type Open = keyof Placement | 'pruneRegistry';

/** Flags of the settings that come from the cluster. */
const FLAG: Record<Open, string> = {
  tolerations: '--toleration',
  nodeSelector: '--node-selector',
  affinity: '--affinity',
  pruneRegistry: '--prune-registry=false',
};
const TITLE: Record<keyof Placement, string> = {
  tolerations: 'tolerations',
  nodeSelector: 'node selector',
  affinity: 'affinity',
};

/** Returns the settings of a request that flags do not state, so that they come from the cluster. */
function openSettings({ pod, prune }: CronJobRequest): Open[] {
  const open: Open[] = PLACEMENT_KEYS.filter((key) => pod.placement[key] === undefined);
  return prune.pruneRegistry === undefined ? [...open, 'pruneRegistry'] : open;
}

/**
 * Adds the settings of the cluster that no flag states.
 * @returns the whole request, and notes: what was taken from where, and what could not be taken
 */
export function completed(
  request: CronJobRequest,
  cluster: ClusterSettings,
): { request: CronJobRequest; usingKinds: UsingKind[]; notes: string[] } {
  const open = openSettings(request);
  const keys = PLACEMENT_KEYS.filter((key) => open.includes(key));
  const placement = { ...request.pod.placement, ...taken(cluster.placement, keys) };
  const isRemoved = open.includes('pruneRegistry') && valueOf(cluster.isRemoved) === true;
  return {
    request: {
      ...request,
      pod: { ...request.pod, placement },
      prune: isRemoved ? { ...request.prune, pruneRegistry: false } : request.prune,
    },
    notes: [
      ...placementNotes(cluster.placement, keys),
      ...removedNotes(cluster, isRemoved),
      ...problems(cluster, open),
      ...usingKindsNotes(cluster.usingKinds),
    ],
    usingKinds: valueOf(cluster.usingKinds) ?? [],
  };
}

function valueOf<T>(found: Found<T>): T | undefined {
  return 'value' in found ? found.value : undefined;
}

function taken(found: Found<Placement>, keys: readonly (keyof Placement)[]): Placement {
  const placement = valueOf(found) ?? {};
  return Object.fromEntries(keys.filter((key) => placement[key] !== undefined).map((key) => [key, placement[key]]));
}

function placementNotes(found: Found<Placement>, keys: readonly (keyof Placement)[]): string[] {
  if (!('value' in found)) return [];
  const set = keys.filter((key) => found.value[key] !== undefined).map((key) => TITLE[key]);
  return set.length === 0 ? [] : [`${set.join(', ')}: taken from ${found.from}`];
}

function removedNotes({ isRemoved }: ClusterSettings, isTaken: boolean): string[] {
  if (!isTaken || !('from' in isRemoved)) return [];
  return [`--prune-registry=false: taken from ${isRemoved.from} (managementState Removed)`];
}

function usingKindsNotes(found: Found<UsingKind[]>): string[] {
  if ('value' in found) return [];
  return [
    `the role ${REFERRERS_ROLE} is not printed, because the kinds of the cluster are not known (${found.problem}): images that only custom resources use are then not kept; print the List again where the cluster can be read`,
  ];
}

/** Returns one note per reason, with the settings that are missing because of it. */
function problems(cluster: ClusterSettings, open: readonly Open[]): string[] {
  const byReason = new Map<string, Open[]>();
  for (const setting of open) {
    const found = setting === 'pruneRegistry' ? cluster.isRemoved : cluster.placement;
    if ('problem' in found) byReason.set(found.problem, [...(byReason.get(found.problem) ?? []), setting]);
  }
  return [...byReason].map(([reason, settings]) => {
    const flags = settings.map((setting) => FLAG[setting]).join(', ');
    return `not taken from the cluster (${reason}): ${settings.map(describe).join(', ')}; if your cluster needs them, pass ${flags}`;
  });
}

function describe(setting: Open): string {
  return setting === 'pruneRegistry' ? 'whether the registry is Removed' : TITLE[setting];
}
