import { isMap, isScalar, isSeq } from 'yaml';
import type { YamlDocument } from '../files/yaml-document.js';
import { fieldName, type FieldPath } from '../model.js';
import type { DocumentForm } from './document-form.js';
import type { Finding } from './finding.js';
import { isFilledIn } from './known.js';
import { isUnset } from './registry-set.js';
import { filledIn } from './rules/filled-in.js';
import { error } from './rules/rule.js';

type Kind = 'list' | 'map' | 'string';

/**
 * Finds fields that do not have the type that the kind of the document requires. Misplaced fields would otherwise be
 * ignored.
 */
export function structureFindings(document: YamlDocument, form: DocumentForm): Finding[] {
  return fieldsOf(document, form).flatMap(({ path, kind, optional }) => {
    if (hasKind(document, path, kind) || (optional && isAbsent(document, path))) return [];
    const at = document.at(path);
    if (isFilledIn(document.value(path))) return [filledIn(at)];
    const field = fieldName(path);
    return [error('structure', at, `${field} must be a ${kind}`, `make ${field} a ${kind}`)];
  });
}

interface Expected {
  path: FieldPath;
  kind: Kind;
  /** True if the field can be absent, null or empty. */
  optional?: true;
}

function fieldsOf(document: YamlDocument, form: DocumentForm): Expected[] {
  if (form === 'policygentemplate') return templateFields(document);
  if (form === 'policygenerator') return generatorFields(document);
  if (form === 'clusterinstance') return maps(document, ['spec', 'nodes'], () => []);
  if (form === 'siteconfig')
    return maps(document, ['spec', 'clusters'], (cluster) => [{ path: [...cluster, 'nodes'], kind: 'list' }]);
  return form === 'object' ? objectFields(document) : [];
}

function templateFields(document: YamlDocument): Expected[] {
  const list: FieldPath =
    document.node(['sourceFiles']) && !document.node(['spec']) ? ['sourceFiles'] : ['spec', 'sourceFiles'];
  return maps(document, list, (entry) => [
    { path: [...entry, 'fileName'], kind: 'string' },
    { path: [...entry, 'policyName'], kind: 'string', optional: true },
  ]);
}

function generatorFields(document: YamlDocument): Expected[] {
  return [
    { path: ['policyDefaults'], kind: 'map', optional: true },
    { path: ['policyDefaults', 'policyAnnotations'], kind: 'map', optional: true },
    ...maps(document, ['policies'], (policy) => [
      { path: [...policy, 'policyAnnotations'], kind: 'map', optional: true },
      ...maps(document, [...policy, 'manifests'], (manifest) => [
        { path: [...manifest, 'path'], kind: 'string' },
        { path: [...manifest, 'patches'], kind: 'list', optional: true },
        ...document.items([...manifest, 'patches']).map((path) => ({ path, kind: 'map' as const })),
      ]),
    ]),
  ];
}

/** The fields that an object must have. */
function objectFields(document: YamlDocument): Expected[] {
  const kind = document.value(['kind']);
  const name: Expected = { path: ['metadata', 'name'], kind: 'string' };
  if (kind !== 'PersistentVolume' && kind !== 'PersistentVolumeClaim') return [name];
  // The published claim has an empty spec, which a policy sets.
  if (kind === 'PersistentVolumeClaim' && isUnset({ get: (path) => document.value(path) })) return [name];
  return [name, { path: ['spec', 'accessModes'], kind: 'list' }];
}

/** A list of maps. The fields of an item count only if it is a map, so that one mistake is one finding. */
function maps(document: YamlDocument, list: FieldPath, fields: (item: FieldPath) => Expected[]): Expected[] {
  const entries = document.items(list);
  return [
    { path: list, kind: 'list' },
    ...entries.map((path) => ({ path, kind: 'map' as const })),
    ...entries.filter((path) => isMap(document.node(path))).flatMap(fields),
  ];
}

function hasKind(document: YamlDocument, path: FieldPath, kind: Kind): boolean {
  const node = document.node(path);
  if (kind === 'list') return isSeq(node);
  return kind === 'map' ? isMap(node) : isScalar(node) && typeof node.value === 'string' && node.value !== '';
}

function isAbsent(document: YamlDocument, path: FieldPath): boolean {
  return [undefined, null, ''].includes(document.value(path) as string);
}
