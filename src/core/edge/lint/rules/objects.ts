import { parseQuantity } from '../../../model/values/quantity.js';
import { mountsOf, objectsOf, type EdgeFacts, type ObjectFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import type { FieldPath } from '../../model.js';
import { error, listText, type Rule } from './rule.js';

const CAPACITY: FieldPath = ['spec', 'capacity', 'storage'];
const REQUEST: FieldPath = ['spec', 'resources', 'requests', 'storage'];
const LOCAL: FieldPath = ['spec', 'local', 'path'];

/** Rules that compare the volume with the partition. */
export const volumeRules: Rule[] = [volumePaths, partitionSizes, quantities];

function volumePaths(facts: EdgeFacts): Finding[] {
  const paths = mountsOf(facts).map(({ path }) => path);
  if (paths.length === 0) return [];
  return objectsOf(facts, 'PersistentVolume')
    .filter((volume) => !paths.includes(volumePath(volume)))
    .map((volume) =>
      error(
        'volume-path',
        volume.at(LOCAL),
        `the volume's path ${volumePath(volume) || '(none)'} is not mounted by these files; they mount ${listText(paths)}`,
        `set spec.local.path to ${paths[0]}, or mount the partition there`,
      ),
    );
}

function partitionSizes(facts: EdgeFacts): Finding[] {
  return objectsOf(facts, 'PersistentVolume').flatMap((volume) => {
    const capacity = bytesAt(volume, CAPACITY);
    const mount = mountsOf(facts).find(({ path }) => path === volumePath(volume));
    // Without a size, the partition takes the rest of the disk, whose size is not known here.
    if (!capacity || !mount?.sizeMiB || mount.sizeMiB * 2 ** 20 >= capacity) return [];
    const minimum = Math.ceil(capacity / 2 ** 20);
    return [
      error(
        'partition-size',
        mount.at,
        `the partition has ${mount.sizeMiB} MiB, less than the volume's ${String(volume.get(CAPACITY))}`,
        `make the partition at least ${minimum} MiB, or the volume smaller`,
      ),
    ];
  });
}

function quantities(facts: EdgeFacts): Finding[] {
  const fields = [
    ...objectsOf(facts, 'PersistentVolume').map((object) => ({ object, path: CAPACITY })),
    ...objectsOf(facts, 'PersistentVolumeClaim').map((object) => ({ object, path: REQUEST })),
  ];
  return fields
    .filter(({ object, path }) => !(bytesAt(object, path) > 0))
    .map(({ object, path }) =>
      error(
        'quantity',
        object.at(path),
        `${path.join('.')} is not a valid size: ${valueText(object.get(path))}`,
        'use a quantity such as 100Gi',
      ),
    );
}

/** Returns a volume's path without a slash at the end; the site generator's own file has one. */
function volumePath(volume: ObjectFacts): string {
  const path = String(volume.get(LOCAL) ?? '');
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}

/** Returns a quantity in bytes; NaN if it is not a quantity. */
export function bytesAt(object: ObjectFacts, path: FieldPath): number {
  const value = object.get(path);
  return typeof value === 'string' || typeof value === 'number' ? (parseQuantity(value) ?? Number.NaN) : Number.NaN;
}

function valueText(value: unknown): string {
  return value === undefined ? '(missing)' : JSON.stringify(value);
}

export const PATHS = { CAPACITY, REQUEST, LOCAL };
