import { withoutSlashAtEnd } from '../../text-problems.js';
import type { ClusterOfNodes, EdgeFacts, ObjectFacts, StorageFacts } from '../facts.js';
import { FIELDS } from '../fields.js';
import type { At, Finding } from '../finding.js';
import { fieldOf, isFilledIn } from '../known.js';
import { isOwnPath } from '../registry-mounts.js';
import type { RegistrySet } from '../registry-set.js';
import { error, listText, warning, type Rule } from './rule.js';

/** Rules about clusters that mount their disks at another path than the other files. */
export const clusterRules: Rule[] = [clustersElsewhere, diskPartitionsElsewhere];

/** What the nodes of a cluster mount. */
interface Mounts {
  cluster: ClusterOfNodes;
  storages: StorageFacts[];
  paths: string[];
  /** Location of the first path at which the registry's partition could be, else of the first path. */
  at: At;
}

/** Finds clusters that mount nothing at the path of a volume, although another cluster does. */
function clustersElsewhere(facts: EdgeFacts, { volumes }: RegistrySet): Finding[] {
  const paths = volumes.flatMap(pathOf);
  if (paths.length === 0 || paths.some(isFilledIn)) return [];
  // All clusters can have the partition of a MachineConfig. With a plan, the configurations are compared themselves.
  const isCommon = facts.storages.some(({ role }) => role === 'machineconfig' || role === 'plan');
  const clusters = isCommon ? [] : mountsOfClusters(facts);
  const isRight = (cluster: Mounts): boolean => cluster.paths.some((path) => paths.includes(path));
  if (!clusters.some(isRight)) return [];
  return clusters
    .filter((cluster) => !isRight(cluster) && cluster.paths.some(isOwnPath))
    .map(({ cluster, paths: own, at }) =>
      warning(
        'volume-path',
        at,
        `cluster ${cluster.name} mounts ${listText(own)}, but nothing at the path of the volume, ${listText(paths)}, which other clusters mount`,
        "mount the partition at the volume's path, or add a volume with its path",
      ),
    );
}

/** Finds clusters whose diskPartition mounts nothing at the paths of the plans. */
function diskPartitionsElsewhere(facts: EdgeFacts): Finding[] {
  const { storages } = facts;
  const plans = storages.filter(({ role }) => role === 'plan');
  const planned = plans.flatMap(pathsOf).filter((path) => path !== '' && isOwnPath(path));
  if (planned.length === 0 || planned.some(isFilledIn)) return [];
  if (storages.some((each) => each.role === 'machineconfig' && pathsOf(each).some((path) => planned.includes(path))))
    return [];
  return mountsOfClusters(facts)
    .filter((cluster) => cluster.storages.every(({ role }) => role === 'diskpartition'))
    .filter(({ paths }) => !paths.some((path) => planned.includes(path)))
    .map(({ paths, at }) => {
      const message = `diskPartition mounts nothing at ${listText(planned)}, as ${plans[0]!.at([]).file} does; it mounts ${listText(paths)}`;
      return error('override-differs', at, message, `set mount_point: ${planned[0]}, or correct the other file`);
    });
}

/** Lists the clusters that mount something, and of which all paths are known. */
function mountsOfClusters({ storages }: EdgeFacts): Mounts[] {
  const clusters = new Map<ClusterOfNodes, StorageFacts[]>();
  for (const storage of storages) {
    const { cluster } = storage;
    const known = cluster && clusters.get(cluster);
    if (known) known.push(storage);
    else if (cluster) clusters.set(cluster, [storage]);
  }
  return [...clusters].flatMap(([cluster, own]) => {
    const places = own
      .flatMap((each) => pathsOf(each).map((path, index) => ({ path, at: each.at(['filesystems', index, 'path']) })))
      .filter(({ path }) => path !== '');
    const first = places.find(({ path }) => isOwnPath(path)) ?? places[0];
    if (!first || places.some(({ path }) => isFilledIn(path))) return [];
    const paths = [...new Set(places.map(({ path }) => path))];
    return [{ cluster, storages: own, paths, at: first.at }];
  });
}

/** Lists the paths of a configuration; empty for a file system without one, so that the positions stay. */
function pathsOf({ config }: StorageFacts): string[] {
  return (config.storage?.filesystems ?? []).map(({ path = '' }) => withoutSlashAtEnd(path));
}

function pathOf(volume: ObjectFacts): string[] {
  const path = fieldOf(volume, FIELDS.localPath);
  return typeof path === 'string' ? [withoutSlashAtEnd(path)] : [];
}
