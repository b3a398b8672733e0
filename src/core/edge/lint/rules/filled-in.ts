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

/** Keeps the first `filled-in` finding of each file; such files can have one in every field. */
export function oncePerFile(findings: Finding[]): Finding[] {
  const isFirst = (finding: Finding): boolean =>
    findings.find(({ rule, file }) => rule === 'filled-in' && file === finding.file) === finding;
  return findings.filter((finding) => finding.rule !== 'filled-in' || isFirst(finding));
}

function valuesOf(object: ObjectFacts): Located[] {
  const { wave, complianceType } = object.policy ?? {};
  const plainWave = { value: object.get(FIELDS.wave), at: object.at(FIELDS.wave) };
  const fields = (COMPARED[object.kind] ?? []).map((field) => ({
    value: fieldOf(object, FIELDS[field]),
    at: object.at(FIELDS[field]),
  }));
  return [...fields, wave ?? plainWave, ...(complianceType ? [complianceType] : [])];
}
