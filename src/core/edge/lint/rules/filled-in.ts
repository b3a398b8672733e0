import type { FieldPath } from '../../model.js';
import { FIELDS } from '../fields.js';
import type { Located, ObjectFacts } from '../facts.js';
import type { At, Finding } from '../finding.js';
import { fieldOf, isFilledIn } from '../known.js';
import type { RegistrySet } from '../registry-set.js';
import { warning, type Rule } from './rule.js';

/** Rules about values that are not known before the hub or a generator fills them in. */
export const filledInRules: Rule[] = [objectValues];

/** The fields that rules compare, by kind. */
const COMPARED: Record<string, (keyof typeof FIELDS)[]> = {
  StorageClass: ['name', 'provisioner'],
  PersistentVolume: ['class', 'modes', 'volumeMode', 'capacity', 'localPath'],
  PersistentVolumeClaim: ['name', 'namespace', 'class', 'modes', 'volumeMode', 'request'],
  Config: ['claim'],
};

function objectValues(_facts: unknown, { classes, volumes, claims, configs, applied }: RegistrySet): Finding[] {
  // A class whose name is filled in can be the registry's.
  const unknown = applied.filter(
    (object) => object.kind === 'StorageClass' && isFilledIn(fieldOf(object, FIELDS.name)),
  );
  return [...new Set([...classes, ...unknown, ...volumes, ...claims, ...configs])]
    .flatMap(valuesOf)
    .filter(({ value }) => isFilledIn(value))
    .map(({ at }) => filledIn(at));
}

/** Makes the finding for a value that no rule can compare. */
export function filledIn(at: At): Finding {
  return warning(
    'filled-in',
    at,
    'filled in on the hub: not checked',
    'check the values where they are defined, for example in the ConfigMap on the hub',
  );
}

/** Keeps one of equal findings: several policies can name the same file. */
export function withoutDuplicates(findings: Finding[]): Finding[] {
  const keyOf = ({ file, line, rule, message }: Finding): string => JSON.stringify([file, line, rule, message]);
  return [...new Map(findings.map((finding) => [keyOf(finding), finding])).values()];
}

/** Keeps the first `filled-in` finding of each file; such files can have one in every field. */
export function oncePerFile(findings: Finding[]): Finding[] {
  const files = new Set<string>();
  return findings.filter(({ rule, file }) => {
    if (rule !== 'filled-in') return true;
    const isFirst = !files.has(file);
    files.add(file);
    return isFirst;
  });
}

function valuesOf(object: ObjectFacts): Located[] {
  const { wave, complianceType } = object.policy ?? {};
  const fields = (COMPARED[object.kind] ?? []).map((field) => fieldWithLine(object, FIELDS[field]));
  return [...fields, wave ?? fieldWithLine(object, FIELDS.wave), ...(complianceType ? [complianceType] : [])];
}

/** Locates a field, or the parent that is filled in as a whole. */
function fieldWithLine(object: ObjectFacts, path: FieldPath): Located {
  const value = fieldOf(object, path);
  const depth = path.findIndex((_, index) => isFilledIn(object.get(path.slice(0, index))));
  return { value, at: object.at(depth === -1 ? path : path.slice(0, depth)) };
}
