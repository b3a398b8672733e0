import { WAVE_ANNOTATION } from '../../render/registry-objects.js';
import type { Located, ObjectFacts } from '../facts.js';
import { FIELDS } from '../fields.js';
import type { Finding } from '../finding.js';
import { isFilledIn } from '../known.js';
import { claimsOf, complianceOf, type RegistrySet } from '../registry-set.js';
import { error, listText, valueText, warning, type Rule } from './rule.js';

const KNOWN = ['musthave', 'mustonlyhave', 'mustnothave'];
/** Labels and annotations cannot be forbidden. */
const KNOWN_FOR_METADATA = ['musthave', 'mustonlyhave'];
/** What `mustonlyhave` removes, by kind. */
const ADDED: Record<string, string> = {
  Config: "what the operator adds: the registry's pods would fail",
  PersistentVolume: 'what the cluster adds, such as the binding to the claim',
  PersistentVolumeClaim: 'what the cluster adds, such as the binding to the volume',
};

/** Rules about how policies apply the objects. */
export const policyRules: Rule[] = [compliance, metadataCompliance, waves, waveOrder];

function compliance(_facts: unknown, registry: RegistrySet): Finding[] {
  const wrong = objectsOf(registry).filter((object) => {
    const type = complianceOf(object);
    if (!object.policy || type === undefined || isFilledIn(type)) return false;
    return type === 'mustonlyhave' || !KNOWN.includes(String(type));
  });
  return byPlace(wrong, ({ policy }) => policy!.complianceType).map((objects) => {
    const { value, at } = objects[0]!.policy!.complianceType;
    const isOnly = complianceOf(objects[0]!) === 'mustonlyhave';
    const message = isOnly
      ? removalText(objects)
      : `complianceType ${valueText(value)} is not one of ${KNOWN.join(', ')}`;
    return error('compliance-type', at, message, 'set complianceType: musthave');
  });
}

/** Finds policies that remove labels and annotations. */
function metadataCompliance(_facts: unknown, registry: RegistrySet): Finding[] {
  const wrong = objectsOf(registry).filter(({ policy }) => {
    const type = policy?.metadataComplianceType?.value;
    return type !== undefined && !isFilledIn(type) && lowered(type) !== 'musthave';
  });
  return byPlace(wrong, ({ policy }) => policy!.metadataComplianceType!).map((objects) => {
    const { value, at } = objects[0]!.policy!.metadataComplianceType!;
    const names = listText([...new Set(objects.map(({ fileName }) => fileName))]);
    const message =
      lowered(value) === 'mustonlyhave'
        ? `${names} is applied with the metadataComplianceType mustonlyhave, which removes the labels and annotations that the cluster adds, such as those of a claim about its volume`
        : `metadataComplianceType ${valueText(value)} is not one of ${KNOWN_FOR_METADATA.join(', ')}`;
    return error('compliance-type', at, message, 'set metadataComplianceType: musthave');
  });
}

function lowered(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function removalText(objects: ObjectFacts[]): string {
  const removed = new Set(objects.map(({ kind }) => ADDED[kind] ?? 'what the cluster adds'));
  const names = new Set(objects.map(({ fileName }) => fileName));
  const [first] = removed;
  const what = removed.size === 1 ? first : 'what the operator and the cluster add';
  return `${listText([...names])} ${names.size === 1 ? 'is' : 'are'} applied with mustonlyhave, which removes ${what}`;
}

/** Groups objects by a value that is set for several of them in one place, such as the defaults of a policy. */
function byPlace(objects: ObjectFacts[], located: (object: ObjectFacts) => Located): ObjectFacts[][] {
  const groups = new Map<string, ObjectFacts[]>();
  for (const object of objects) {
    const place = JSON.stringify(located(object));
    groups.set(place, [...(groups.get(place) ?? []), object]);
  }
  return [...groups.values()];
}

/** A wave that is set for several objects, in the defaults of a policy, is one finding. */
function waves(_facts: unknown, registry: RegistrySet): Finding[] {
  const wrong = objectsOf(registry).filter((object) => {
    const { value } = waveOf(object);
    if (value === undefined) return object.policy !== undefined; // Without a policy, an object does not need a wave.
    return !isFilledIn(value) && waveNumber(object) === undefined;
  });
  return byPlace(wrong, waveOf).map((objects) => {
    const { value, at } = waveOf(objects[0]!);
    const names = listText(objects.map(({ fileName }) => fileName));
    const remedy = `set the annotation ${WAVE_ANNOTATION}: "100"`;
    if (value === undefined) return warning('wave', at, `no wave is set for ${names}`, remedy);
    const message = `the wave ${JSON.stringify(value)} is not a whole number in quotes; it is set for ${names}`;
    return error('wave', at, message, remedy);
  });
}

/** The operator waits for the claim that its Config names. Volumes and classes can follow: the claim waits for them. */
function waveOrder(_facts: unknown, { configs, claims }: RegistrySet): Finding[] {
  return configs.flatMap((config) => {
    const named = claimsOf(config, claims);
    const needed = named.length > 0 ? named : claims;
    const own = waveNumber(config);
    if (own === undefined || needed.length === 0 || !needed.every((claim) => (waveNumber(claim) ?? own) > own))
      return [];
    const [claim] = needed;
    return [
      error(
        'wave-order',
        waveOf(config).at,
        `${config.fileName} is applied in wave ${own}, before ${claim!.fileName} in wave ${waveNumber(claim!)}, which it needs`,
        `use wave "${waveNumber(claim!)}" or a later one here`,
      ),
    ];
  });
}

function objectsOf({ classes, claims, volumes, configs }: RegistrySet): ObjectFacts[] {
  return [...classes, ...claims, ...volumes, ...configs];
}

function waveOf(object: ObjectFacts): Located {
  return object.policy?.wave ?? { value: object.get(FIELDS.wave), at: object.at(FIELDS.wave) };
}

function waveNumber(object: ObjectFacts): number | undefined {
  const { value } = waveOf(object);
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined;
}
