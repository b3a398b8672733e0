import { basename } from 'node:path';
import { isSeq } from 'yaml';
import type { YamlDocument } from '../files/yaml-document.js';
import type { FieldPath } from '../model.js';
import { WAVE_ANNOTATION } from '../render/registry-objects.js';
import type { EdgeFacts, ObjectFacts } from './facts.js';
import type { At } from './finding.js';
import { effectiveObject } from './policies/effective.js';
import { publishedContents } from './sources/published.js';

const WAVE: FieldPath = ['metadata', 'annotations', WAVE_ANNOTATION];

/**
 * Collects what a PolicyGenTemplate applies.
 * @param plain plain documents; one with the name of a source file is the base of that entry
 */
export function policyFacts(
  document: YamlDocument,
  plain: YamlDocument[],
): { facts: EdgeFacts; bases: YamlDocument[] } {
  const list: FieldPath = isSeq(document.node(['spec', 'sourceFiles'])) ? ['spec', 'sourceFiles'] : ['sourceFiles'];
  const node = document.node(list);
  const entries = (isSeq(node) ? node.items : []).map((_, index) => entryOf(document, [...list, index], plain));
  return {
    facts: { storages: [], objects: entries.flatMap(({ object }) => (object ? [object] : [])), findings: [] },
    bases: entries.flatMap(({ base }) => (base ? [base] : [])),
  };
}

interface Entry {
  object?: ObjectFacts;
  base?: YamlDocument;
}

function entryOf(document: YamlDocument, path: FieldPath, plain: YamlDocument[]): Entry {
  const fileName = basename(String(document.value([...path, 'fileName']) ?? ''));
  const base = plain.find(({ file }) => basename(file) === fileName);
  const inPolicy = (inner: FieldPath): At => ({ file: document.file, line: document.line([...path, ...inner]) });
  const effective = effectiveObject({
    published: base ? undefined : publishedContents(fileName),
    layers: [...(base ? [{ document: base, path: [] }] : []), { document, path }],
    entry: inPolicy([]),
  });
  const kind = effective.get(['kind']);
  if (kind === undefined) return { base };
  const own = document.value([...path, 'complianceType']);
  const complianceType: FieldPath = own === undefined ? ['spec', 'complianceType'] : [...path, 'complianceType'];
  const object: ObjectFacts = {
    kind: String(kind),
    fileName,
    ...effective,
    policy: {
      wave: { value: effective.get(WAVE), at: effective.at(WAVE) },
      complianceType: {
        value: document.value(complianceType),
        at: { file: document.file, line: document.line(complianceType) },
      },
    },
  };
  return { object, base };
}
