import { isMap, isScalar, isSeq } from 'yaml';
import type { YamlDocument } from '../files/yaml-document.js';
import { fieldName, type FieldPath } from '../model.js';
import type { DocumentForm } from './document-form.js';
import type { Finding } from './finding.js';

type Kind = 'list' | 'map' | 'string';

/**
 * Finds fields that do not have the type that the kind of the document requires. Misplaced fields would otherwise be
 * ignored.
 */
export function structureFindings(document: YamlDocument, form: DocumentForm): Finding[] {
  return fieldsOf(document, form).flatMap(({ path, kind }) => {
    if (hasKind(document, path, kind)) return [];
    const message = `${fieldName(path)} must be a ${kind}`;
    const at = { file: document.file, line: document.line(path) };
    return [
      {
        ...at,
        rule: 'structure',
        severity: 'error' as const,
        message,
        remedy: `make ${fieldName(path)} a ${kind}`,
      },
    ];
  });
}

interface Expected {
  path: FieldPath;
  kind: Kind;
}

function fieldsOf(document: YamlDocument, form: DocumentForm): Expected[] {
  if (form === 'policy') return policyFields(document);
  if (form === 'clusterinstance')
    return [{ path: ['spec', 'nodes'], kind: 'list' }, ...each(document, ['spec', 'nodes'], 'map')];
  if (form === 'siteconfig') {
    const clusters = each(document, ['spec', 'clusters'], 'map');
    return [
      { path: ['spec', 'clusters'], kind: 'list' },
      ...clusters,
      ...clusters.map(({ path }) => ({ path: [...path, 'nodes'], kind: 'list' as const })),
    ];
  }
  return form === 'object' ? objectFields(document) : [];
}

function policyFields(document: YamlDocument): Expected[] {
  const list: FieldPath =
    document.node(['sourceFiles']) && !document.node(['spec']) ? ['sourceFiles'] : ['spec', 'sourceFiles'];
  const entries = each(document, list, 'map');
  const named = entries.flatMap(({ path }) => [
    { path: [...path, 'fileName'], kind: 'string' as const },
    { path: [...path, 'policyName'], kind: 'string' as const },
  ]);
  return [{ path: list, kind: 'list' }, ...entries, ...named];
}

/** The fields that an object must have. */
function objectFields(document: YamlDocument): Expected[] {
  const kind = document.value(['kind']);
  const name: Expected = { path: ['metadata', 'name'], kind: 'string' };
  if (kind !== 'PersistentVolume' && kind !== 'PersistentVolumeClaim') return [name];
  return [name, { path: ['spec', 'accessModes'], kind: 'list' }];
}

function each(document: YamlDocument, path: FieldPath, kind: Kind): Expected[] {
  const node = document.node(path);
  return isSeq(node) ? node.items.map((_, index) => ({ path: [...path, index], kind })) : [];
}

function hasKind(document: YamlDocument, path: FieldPath, kind: Kind): boolean {
  const node = document.node(path);
  if (kind === 'list') return isSeq(node);
  return kind === 'map' ? isMap(node) : isScalar(node) && typeof node.value === 'string' && node.value !== '';
}
