import { basename } from 'node:path';
import { isSeq } from 'yaml';
import type { YamlDocument } from '../files/yaml-document.js';
import type { FieldPath } from '../model.js';
import { NAMES, WAVE_ANNOTATION, registryObjects } from '../render/registry-objects.js';
import type { EdgeFacts, ObjectFacts, PolicyEntry } from './facts.js';
import type { At } from './finding.js';

/** The site generator's source files. A policy names them without their contents. */
const KNOWN_SOURCE_FILES = new Map(
  registryObjects({ path: NAMES.path, size: NAMES.size }).map(({ fileName, object }) => [fileName, object]),
);

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
    facts: {
      storages: [],
      objects: entries.flatMap(({ object }) => (object ? [object] : [])),
      policies: entries.map(({ policy }) => policy),
      findings: [],
    },
    bases: entries.flatMap(({ base }) => (base ? [base] : [])),
  };
}

interface Entry {
  policy: PolicyEntry;
  object?: ObjectFacts;
  base?: YamlDocument;
}

function entryOf(document: YamlDocument, path: FieldPath, plain: YamlDocument[]): Entry {
  const fileName = basename(String(document.value([...path, 'fileName']) ?? ''));
  const base = plain.find(({ file }) => basename(file) === fileName);
  const known = KNOWN_SOURCE_FILES.get(fileName);
  const kind = (base?.value(['kind']) ?? known?.kind) as string | undefined;
  const inPolicy = (inner: FieldPath): At => ({ file: document.file, line: document.line([...path, ...inner]) });
  const has = (inner: FieldPath): boolean => document.node([...path, ...inner]) !== undefined;
  const get = (inner: FieldPath): unknown => {
    if (has(inner)) return document.value([...path, ...inner]);
    return base ? base.value(inner) : inner.reduce<unknown>((value, part) => (value as never)?.[part], known);
  };
  const at = (inner: FieldPath): At =>
    has(inner) || !base?.node(inner) ? inPolicy(inner) : { file: base.file, line: base.line(inner) };
  const policy: PolicyEntry = {
    fileName,
    kind,
    // If the overlay has no wave, that of the source file counts. The site generator's own files are not checked.
    wave:
      has(['metadata', 'annotations', WAVE_ANNOTATION]) || base
        ? get(['metadata', 'annotations', WAVE_ANNOTATION])
        : null,
    complianceType: document.value([...path, 'complianceType']) ?? document.value(['spec', 'complianceType']),
    at: inPolicy,
  };
  return { policy, object: kind === undefined ? undefined : { kind, get, at }, base };
}
