import { isMap } from 'yaml';
import { readBoolean } from '../../butane/scalar.js';
import type { YamlDocument } from '../../files/yaml-document.js';
import type { FieldPath } from '../../model.js';
import { WAVE_ANNOTATION } from '../../render/registry-objects.js';
import type { Located } from '../facts.js';
import { firstSet, nameIn, type PolicyEntry } from './entry.js';

/** Lists the manifests that a PolicyGenerator applies: none of disabled policies. */
export function generatorEntries(document: YamlDocument): PolicyEntry[] {
  return document.items(['policies']).flatMap((policy) => {
    if (isDisabled(document, policy)) return [];
    const wave = waveOf(document, policy);
    return document.items([...policy, 'manifests']).map((path) => ({
      ...nameIn(document, [...path, 'path']),
      document,
      path,
      form: 'policygenerator' as const,
      patches: document
        .items([...path, 'patches'])
        .filter((patch) => isMap(document.node(patch)))
        .map((patch) => ({ document, path: patch })),
      complianceType: option(document, 'complianceType', [path, policy]),
      metadataComplianceType: option(document, 'metadataComplianceType', [path, policy]),
      ...(wave && { wave }),
    }));
  });
}

/** Returns an option of a manifest, of its policy, or of the defaults. */
function option(document: YamlDocument, name: string, places: FieldPath[]): Located {
  return firstSet(
    document,
    [...places, ['policyDefaults']].map((place) => [...place, name]),
  );
}

/** Annotations of a policy replace those of `policyDefaults` as a whole, also if they are an empty map. */
function waveOf(document: YamlDocument, policy: FieldPath): Located | undefined {
  const own = [...policy, 'policyAnnotations'];
  const path = [...(isMap(document.node(own)) ? own : ['policyDefaults', 'policyAnnotations']), WAVE_ANNOTATION];
  // The generator accepts a number here, and makes a string of it.
  const value = document.written(path);
  if (value === undefined || value === null) return undefined;
  return { value, at: document.at(path) };
}

function isDisabled(document: YamlDocument, policy: FieldPath): boolean {
  const paths = [
    [...policy, 'disabled'],
    ['policyDefaults', 'disabled'],
  ];
  const values = paths.flatMap((path) => {
    const node = document.node(path);
    const reading = node && readBoolean(node);
    return reading && 'value' in reading && reading.value !== undefined ? [reading.value] : [];
  });
  return values[0] ?? false;
}
