import { WAVE_ANNOTATION } from '../../render/registry-objects.js';
import type { EdgeFacts, Located, ObjectFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import type { FieldPath } from '../../model.js';
import { error, type Rule } from './rule.js';

const WAVE: FieldPath = ['metadata', 'annotations', WAVE_ANNOTATION];
const KNOWN = ['musthave', 'mustonlyhave', 'mustnothave'];
/** Order in which objects must be applied. Policies of a later wave wait for those of earlier waves. */
const ORDER: Record<string, number> = { StorageClass: 0, PersistentVolume: 1, PersistentVolumeClaim: 1, Config: 2 };

/** Rules about how policies apply the objects. */
export const policyRules: Rule[] = [compliance, waves, waveOrder];

function compliance({ objects }: EdgeFacts): Finding[] {
  return objects.flatMap(({ kind, fileName, policy }) => {
    if (!policy || !(kind in ORDER)) return [];
    const { value: type, at } = policy.complianceType;
    if (type === undefined || type === 'musthave') return [];
    if (KNOWN.includes(String(type)) && type !== 'mustonlyhave') return [];
    const message =
      type === 'mustonlyhave'
        ? `${fileName} is applied with mustonlyhave, which removes what the operator adds: the registry's pods would fail`
        : `complianceType ${String(type)} is not one of ${KNOWN.join(', ')}`;
    return [error('compliance-type', at, message, 'set complianceType: musthave')];
  });
}

function waves({ objects }: EdgeFacts): Finding[] {
  return objects
    .filter((object) => object.kind in ORDER && needsWave(object) && waveNumber(object) === undefined)
    .map((object) => {
      const { value, at } = waveOf(object);
      const problem =
        value === undefined
          ? 'has no wave'
          : `has the wave ${JSON.stringify(value)}, which is not a whole number in quotes`;
      return error('wave', at, `${object.fileName} ${problem}`, `set the annotation ${WAVE_ANNOTATION}: "100"`);
    });
}

/** A plain object does not need a wave if no policy applies it. */
function needsWave(object: ObjectFacts): boolean {
  return object.policy !== undefined || waveOf(object).value !== undefined;
}

function waveOrder({ objects }: EdgeFacts): Finding[] {
  return objects.flatMap((object) => {
    const late = objects.find(
      (other) =>
        rank(other) < rank(object) && (waveNumber(other) ?? 0) > (waveNumber(object) ?? Number.POSITIVE_INFINITY),
    );
    if (!late) return [];
    const [own, other] = [waveOf(object), waveOf(late)];
    return [
      error(
        'wave-order',
        own.at,
        `${object.fileName} is applied in wave ${String(own.value)}, before ${late.fileName} in wave ${String(other.value)}, which it needs`,
        'use the same wave for both, or a later one here',
      ),
    ];
  });
}

function rank({ kind }: ObjectFacts): number {
  return ORDER[kind] ?? Number.NaN;
}

function waveOf(object: ObjectFacts): Located {
  return object.policy?.wave ?? { value: object.get(WAVE), at: object.at(WAVE) };
}

function waveNumber(object: ObjectFacts): number | undefined {
  const { value } = waveOf(object);
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined;
}
