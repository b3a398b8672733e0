import { mountsOf, type EdgeFacts, type Mount, type ObjectFacts } from '../facts.js';
import { FIELDS } from '../fields.js';
import type { Finding } from '../finding.js';
import { canBeEqual, fieldOf, isFilledIn } from '../known.js';
import { isOwnPath } from '../registry-mounts.js';
import type { RegistrySet } from '../registry-set.js';
import { bytesOf, isQuantity } from './quantities.js';
import { error, listText, type Rule } from './rule.js';
import { withoutSlashAtEnd } from '../../text-problems.js';

/** Rules that compare the volume with the partition. */
export const volumeRules: Rule[] = [volumePaths, partitionSizes];

function volumePaths(facts: EdgeFacts, { volumes }: RegistrySet): Finding[] {
  const paths = mountsOf(facts).map(({ path }) => withoutSlashAtEnd(path));
  const [own] = paths.filter(isOwnPath);
  if (own === undefined) return [];
  return volumes
    .filter((volume) => isLocal(volume) && !paths.some((path) => canBeEqual(path, volumePath(volume))))
    .map((volume) =>
      error(
        'volume-path',
        volume.at(FIELDS.localPath),
        `the volume's path ${volumePath(volume) || '(none)'} is not mounted by these files; they mount ${listText([...new Set(paths)])}`,
        `set spec.local.path: ${own}, or mount the partition at the volume's path`,
      ),
    );
}

/** A partition must have room for one of the volumes at its path. */
function partitionSizes(facts: EdgeFacts, { volumes }: RegistrySet): Finding[] {
  return partitionsToCheck(facts).flatMap(({ path, sizeMiB, at }) => {
    const capacities = volumes
      .filter((volume) => volumePath(volume) === withoutSlashAtEnd(path))
      .map((volume) => fieldOf(volume, FIELDS.capacity))
      .filter(isQuantity);
    const [smallest] = [...capacities].sort((a, b) => bytesOf(a) - bytesOf(b));
    // Without a size, the partition takes the rest of the disk, whose size is not known here.
    if (smallest === undefined || !sizeMiB || sizeMiB * 2 ** 20 >= bytesOf(smallest)) return [];
    const minimum = Math.ceil(bytesOf(smallest) / 2 ** 20);
    return [
      error(
        'partition-size',
        at,
        `the partition has ${sizeMiB} MiB, less than the volume's ${String(smallest)}`,
        `make the partition at least ${minimum} MiB, or the volume smaller`,
      ),
    ];
  });
}

/** Lists the mounts of the plans, and those of nodes at paths that no plan mounts; equal ones once. */
function partitionsToCheck({ storages }: EdgeFacts): Mount[] {
  const plans = mountsOf({ storages: storages.filter(({ role }) => role === 'plan') });
  const planned = new Set(plans.map(({ path }) => withoutSlashAtEnd(path)));
  const others = mountsOf({ storages: storages.filter(({ role }) => role !== 'plan') });
  const mounts = [...plans, ...others.filter(({ path }) => !planned.has(withoutSlashAtEnd(path)))];
  const name = ({ path, sizeMiB, at }: Mount): string => JSON.stringify([withoutSlashAtEnd(path), sizeMiB, at.file]);
  return mounts.filter((mount, index) => mounts.findIndex((other) => name(other) === name(mount)) === index);
}

/** Volumes on other servers have no path on the node. */
function isLocal(volume: ObjectFacts): boolean {
  return ['csi', 'nfs', 'iscsi', 'fc'].every((source) => volume.get(['spec', source]) === undefined);
}

function volumePath(volume: ObjectFacts): string {
  const path = fieldOf(volume, FIELDS.localPath) ?? volume.get(['spec', 'hostPath', 'path']) ?? '';
  return isFilledIn(path) ? '{{' : withoutSlashAtEnd(String(path));
}
