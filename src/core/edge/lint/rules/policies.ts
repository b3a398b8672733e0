import { WAVE_ANNOTATION } from '../../render/registry-objects.js';
import type { EdgeFacts, PolicyEntry } from '../facts.js';
import type { Finding } from '../finding.js';
import type { FieldPath } from '../../model.js';
import { error, type Rule } from './rule.js';

const WAVE: FieldPath = ['metadata', 'annotations', WAVE_ANNOTATION];
const COMPLIANCE: FieldPath = ['complianceType'];
const KNOWN = ['musthave', 'mustonlyhave', 'mustnothave'];
/** What must be there before the next: policies of a later wave wait for those of the earlier ones. */
const ORDER: Record<string, number> = { StorageClass: 0, PersistentVolume: 1, PersistentVolumeClaim: 1, Config: 2 };

/** Rules on how policies apply the objects. */
export const policyRules: Rule[] = [compliance, waves, waveOrder];

function compliance({ policies }: EdgeFacts): Finding[] {
  return policies.flatMap((entry) => {
    const { complianceType: type } = entry;
    if (type === undefined || type === 'musthave' || !isOurs(entry)) return [];
    if (KNOWN.includes(String(type)) && type !== 'mustonlyhave') return [];
    const message =
      type === 'mustonlyhave'
        ? `${entry.fileName} is applied with mustonlyhave, which removes what the operators add: the registry's pods would fail`
        : `complianceType ${String(type)} is none of ${KNOWN.join(', ')}`;
    return [error('compliance-type', entry.at(COMPLIANCE), message, 'write complianceType: musthave')];
  });
}

function waves({ policies }: EdgeFacts): Finding[] {
  return policies
    .filter((entry) => isOurs(entry) && entry.wave !== null && waveOf(entry) === undefined)
    .map((entry) => {
      const shown =
        entry.wave === undefined
          ? 'has no wave'
          : `has the wave ${JSON.stringify(entry.wave)}, which is no whole number in quotes`;
      return error(
        'wave',
        entry.at(WAVE),
        `${entry.fileName} ${shown}`,
        `write the annotation ${WAVE_ANNOTATION}: "100"`,
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
        'give both the same wave, or this one a later one',
      ),
    ];
  });
}

function isOurs({ kind }: PolicyEntry): boolean {
  return kind !== undefined && kind in ORDER;
}

function rank({ kind }: PolicyEntry): number {
  return ORDER[kind ?? ''] ?? Number.NaN;
}

function waveOf({ wave }: PolicyEntry): number | undefined {
  return typeof wave === 'string' && /^-?\d+$/.test(wave) ? Number(wave) : undefined;
}
