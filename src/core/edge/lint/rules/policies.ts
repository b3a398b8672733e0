import { WAVE_ANNOTATION } from '../../render/registry-objects.js';
import type { EdgeFacts, PolicyEntry } from '../facts.js';
import type { Finding } from '../finding.js';
import type { FieldPath } from '../../model.js';
import { error, type Rule } from './rule.js';

const WAVE: FieldPath = ['metadata', 'annotations', WAVE_ANNOTATION];
const COMPLIANCE: FieldPath = ['complianceType'];
const KNOWN = ['musthave', 'mustonlyhave', 'mustnothave'];
/** Order in which objects must be applied. Policies of a later wave wait for those of earlier waves. */
const ORDER: Record<string, number> = { StorageClass: 0, PersistentVolume: 1, PersistentVolumeClaim: 1, Config: 2 };

/** Rules about how policies apply the objects. */
export const policyRules: Rule[] = [compliance, waves, waveOrder];

function compliance({ policies }: EdgeFacts): Finding[] {
  return policies.flatMap((entry) => {
    const { complianceType: type } = entry;
    if (type === undefined || type === 'musthave' || !isRegistryObject(entry)) return [];
    if (KNOWN.includes(String(type)) && type !== 'mustonlyhave') return [];
    const message =
      type === 'mustonlyhave'
        ? `${entry.fileName} is applied with mustonlyhave, which removes what the operator adds: the registry's pods would fail`
        : `complianceType ${String(type)} is not one of ${KNOWN.join(', ')}`;
    return [error('compliance-type', entry.at(COMPLIANCE), message, 'set complianceType: musthave')];
  });
}

function waves({ policies }: EdgeFacts): Finding[] {
  return policies
    .filter((entry) => isRegistryObject(entry) && entry.wave !== null && waveOf(entry) === undefined)
    .map((entry) => {
      const problem =
        entry.wave === undefined
          ? 'has no wave'
          : `has the wave ${JSON.stringify(entry.wave)}, which is not a whole number in quotes`;
      return error(
        'wave',
        entry.at(WAVE),
        `${entry.fileName} ${problem}`,
        `set the annotation ${WAVE_ANNOTATION}: "100"`,
      );
    });
}

function waveOrder({ policies }: EdgeFacts): Finding[] {
  return policies.flatMap((entry) => {
    const late = policies.find(
      (other) => rank(other) < rank(entry) && (waveOf(other) ?? 0) > (waveOf(entry) ?? Number.POSITIVE_INFINITY),
    );
    if (!late) return [];
    return [
      error(
        'wave-order',
        entry.at(WAVE),
        `${entry.fileName} is applied in wave ${String(entry.wave)}, before ${late.fileName} in wave ${String(late.wave)}, which it needs`,
        'use the same wave for both, or a later one here',
      ),
    ];
  });
}

function isRegistryObject({ kind }: PolicyEntry): boolean {
  return kind !== undefined && kind in ORDER;
}

function rank({ kind }: PolicyEntry): number {
  return ORDER[kind ?? ''] ?? Number.NaN;
}

function waveOf({ wave }: PolicyEntry): number | undefined {
  return typeof wave === 'string' && /^-?\d+$/.test(wave) ? Number(wave) : undefined;
}
