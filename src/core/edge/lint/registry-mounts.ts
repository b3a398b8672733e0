import { NAMES } from '../render/registry-objects.js';
import { withoutSlashAtEnd } from '../text-problems.js';
import { labelOf, mountsOf, type EdgeFacts, type StorageFacts } from './facts.js';
import { FIELDS } from './fields.js';
import { fieldOf, isFilledIn } from './known.js';
import type { RegistrySet } from './registry-set.js';

/** File systems of the platform. A site that mounts only these does not set up the registry's partition. */
const PLATFORM = new Set([
  '/var',
  '/var/lib/containers',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/log',
  '/var/recovery',
  '/var/tmp',
  '/home',
]);

/** True for a path that the registry's partition can be mounted at. */
export function isOwnPath(path: string): boolean {
  return !PLATFORM.has(path);
}

/** Tells the disks, partitions and file systems of the registry from those of other applications. */
export interface RegistryMounts {
  isRegistryPath(path: string | undefined): boolean;
  isRegistryLabel(label: string | undefined): boolean;
  isRegistryDisk(disk: Disk): boolean;
}

type Disk = NonNullable<NonNullable<StorageFacts['config']['storage']>['disks']>[number];

/** Finds the mounts of the registry: those that its volumes name, else the published path, else the only one. */
export function registryMounts(facts: EdgeFacts, registry: RegistrySet): RegistryMounts {
  const mounted = new Set(mountsOf(facts).map(({ path }) => withoutSlashAtEnd(path)));
  const paths = registryPaths(mounted, registry);
  const labels = new Set<unknown>(
    facts.storages.flatMap(({ config }) =>
      (config.storage?.filesystems ?? [])
        .filter(({ path }) => path !== undefined && paths.has(withoutSlashAtEnd(path)))
        .map(({ device }) => labelOf(device)),
    ),
  );
  labels.delete(undefined);
  // Without any mount, the disks are all that there is.
  const isAll = mounted.size === 0;
  return {
    isRegistryPath: (path) => path !== undefined && paths.has(withoutSlashAtEnd(path)),
    isRegistryLabel: (label) => labels.has(label),
    isRegistryDisk: ({ partitions = [] }) => isAll || partitions.some(({ label }) => labels.has(label)),
  };
}

function registryPaths(mounted: Set<string>, { volumes }: RegistrySet): Set<string> {
  const named = volumes
    .map((volume) => fieldOf(volume, FIELDS.localPath) ?? volume.get(['spec', 'hostPath', 'path']))
    .map((path) => withoutSlashAtEnd(String(path)))
    .filter((path) => mounted.has(path));
  if (named.length > 0) return new Set(named);
  if (mounted.has(NAMES.path)) return new Set([NAMES.path]);
  const own = [...mounted].filter((path) => isOwnPath(path) && !isFilledIn(path));
  return new Set(own.length === 1 ? own : []);
}
