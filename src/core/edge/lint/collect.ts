import { basename } from 'node:path';
import { invalidFile } from '../files/problem.js';
import { parseYaml, type YamlDocument } from '../files/yaml-document.js';
import type { EdgeFacts, ObjectFacts } from './facts.js';
import { policyFacts } from './collect-policy.js';
import { overrideFacts, planFacts } from './collect-storage.js';
import { documentForm } from './document-form.js';
import { effectiveObject } from './policies/effective.js';
import { structureFindings } from './structure.js';

/** A file with its content. */
export interface SourceFile {
  name: string;
  text: string;
}

const NOTHING: EdgeFacts = { storages: [], objects: [], findings: [] };

/**
 * Collects the contents of the files.
 * @throws RegadmError INVALID_FILE if a file is not YAML or JSON
 */
export function collectFacts(files: SourceFile[]): EdgeFacts {
  const documents = files.flatMap(({ name, text }) => {
    const parsed = parseYaml(name, text);
    if (parsed.length === 0) throw invalidFile([{ file: name, message: 'the file is empty' }]);
    return parsed;
  });
  const plain = documents.filter((document) => documentForm(document) === 'object');
  const parts = documents.map((document) => factsOf(document, plain));
  const used = new Set(parts.flatMap(({ bases }) => bases));
  // A plain object that is the base of a policy entry is not applied by itself.
  const unused = plain.filter((document) => !used.has(document));
  return {
    storages: parts.flatMap(({ facts }) => facts.storages),
    objects: [...parts.flatMap(({ facts }) => facts.objects), ...unused.map(plainObject)],
    findings: [
      ...documents
        // Policies can set fields that a source file omits.
        .filter((document) => !used.has(document))
        .flatMap((document) => structureFindings(document, documentForm(document))),
      ...parts.flatMap(({ facts }) => facts.findings),
    ],
  };
}

interface Part {
  facts: EdgeFacts;
  /** Plain objects that are the base of a policy entry in this document. */
  bases: YamlDocument[];
}

function factsOf(document: YamlDocument, plain: YamlDocument[]): Part {
  const form = documentForm(document);
  if (form === 'butane' || form === 'ignition')
    return { facts: { ...NOTHING, ...planFacts(document, form) }, bases: [] };
  if (form === 'siteconfig' || form === 'clusterinstance')
    return { facts: { ...NOTHING, ...overrideFacts(document, form) }, bases: [] };
  if (form === 'policy') return policyFacts(document, plain);
  if (form === 'object') return { facts: NOTHING, bases: [] };
  const finding = {
    file: document.file,
    line: document.line([]),
    rule: 'unknown-document',
    severity: 'warning' as const,
    message: 'unsupported object kind',
    remedy:
      'supported are Butane and Ignition files, SiteConfig, ClusterInstance, PolicyGenTemplate, StorageClass, PersistentVolume, PersistentVolumeClaim and the registry Config',
  };
  return { facts: { ...NOTHING, findings: [finding] }, bases: [] };
}

function plainObject(document: YamlDocument): ObjectFacts {
  const fileName = basename(document.file);
  const at = { file: document.file, line: document.line([]) };
  const effective = effectiveObject({ layers: [{ document, path: [] }], entry: at });
  return { kind: String(document.value(['kind'])), fileName, ...effective };
}
