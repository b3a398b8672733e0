import { parseQuantity } from '../../../model/quantity.js';
import { mountsOf, objectsOf, type EdgeFacts, type ObjectFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import type { FieldPath } from '../../model.js';
import { error, words, type Rule } from './rule.js';

const CAPACITY: FieldPath = ['spec', 'capacity', 'storage'];
const REQUEST: FieldPath = ['spec', 'resources', 'requests', 'storage'];
const LOCAL: FieldPath = ['spec', 'local', 'path'];

/** Rules on the volume against the partition. */
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
        `the volume's path ${volumePath(volume) || '(none)'} is mounted by none of these files: mounted are ${words(paths)}`,
        `set spec.local.path to ${paths[0]}, or mount the partition there`,
      ),
    );
}

function partitionSizes(facts: EdgeFacts): Finding[] {
  return objectsOf(facts, 'PersistentVolume').flatMap((volume) => {
    const capacity = bytes(volume, CAPACITY);
    const mount = mountsOf(facts).find(({ path }) => path === volumePath(volume));
    // Without a size of its own the partition takes the rest of the disk, which is not known here.
    if (!capacity || !mount?.sizeMiB || mount.sizeMiB * 2 ** 20 >= capacity) return [];
    const least = Math.ceil(capacity / 2 ** 20);
    return [
      error(
        'partition-size',
        mount.at,
        `the partition has ${mount.sizeMiB} MiB, less than the volume's ${String(volume.get(CAPACITY))}`,
        `make the partition at least ${least} MiB, or the volume smaller`,
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
    .filter(({ object, path }) => !(bytes(object, path) > 0))
    .map(({ object, path }) =>
      error(
        'quantity',
        object.at(path),
        `${path.join('.')} is no size: ${shown(object.get(path))}`,
        'write a quantity such as 100Gi',
      ),
    );
}

/** A volume's path without the slash at its end, which the site generator's own file has. */
export function volumePath(volume: ObjectFacts): string {
  const path = String(volume.get(LOCAL) ?? '');
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}

/** NaN where there is no quantity. */
export function bytes(object: ObjectFacts, path: FieldPath): number {
  const value = object.get(path);
  return typeof value === 'string' || typeof value === 'number' ? (parseQuantity(value) ?? Number.NaN) : Number.NaN;
}

function shown(value: unknown): string {
  return value === undefined ? '(missing)' : JSON.stringify(value);
}

export const PATHS = { CAPACITY, REQUEST, LOCAL };
