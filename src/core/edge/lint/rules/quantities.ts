import { parseQuantity } from '../../../model/values/quantity.js';
import type { FieldPath } from '../../model.js';
import type { ObjectFacts } from '../facts.js';
import { FIELDS } from '../fields.js';
import type { Finding } from '../finding.js';
import { fieldOf, isFilledIn } from '../known.js';
import { isUnset, type RegistrySet } from '../registry-set.js';
import { error, type Rule } from './rule.js';

/** Rules about fields that volumes and claims must have. */
export const quantityRules: Rule[] = [quantities, accessModes];

/** Every size must be valid; those of the registry must also be set. */
function quantities(_facts: unknown, { volumes, claims, applied }: RegistrySet): Finding[] {
  return applied.flatMap((object) => {
    const path = object.kind === 'PersistentVolume' ? FIELDS.capacity : FIELDS.request;
    if (path === FIELDS.request && object.kind !== 'PersistentVolumeClaim') return [];
    const value = fieldOf(object, path);
    const isMissing = value === undefined && (volumes.includes(object) || claims.includes(object));
    if (isQuantity(value) || isFilledIn(value) || (value === undefined && !isMissing)) return [];
    return [error('quantity', object.at(path), problem(path, value), 'use a quantity such as 100Gi')];
  });
}

/** Source files can leave the access modes to the policy. In plain files, they are part of the structure. */
function accessModes(_facts: unknown, { volumes, claims }: RegistrySet): Finding[] {
  return [...volumes, ...claims].flatMap((object: ObjectFacts) => {
    const value = fieldOf(object, FIELDS.modes);
    if (!object.policy || isUnset(object) || isFilledIn(value) || (Array.isArray(value) && value.length > 0)) return [];
    return [
      error(
        'access-modes',
        object.at(FIELDS.modes),
        `${object.fileName} has no accessModes`,
        'set spec.accessModes: [ReadWriteMany]',
      ),
    ];
  });
}

function problem(path: FieldPath, value: unknown): string {
  const field = path.join('.');
  return value === undefined ? `${field} is not set` : `${field} is not a valid size: ${JSON.stringify(value)}`;
}

/** True if a value is a size above zero. */
export function isQuantity(value: unknown): value is string | number {
  return (typeof value === 'string' || typeof value === 'number') && bytesOf(value) > 0;
}

/** Returns a size in bytes; NaN if it is not a quantity. */
export function bytesOf(value: string | number): number {
  return parseQuantity(value) ?? Number.NaN;
}
