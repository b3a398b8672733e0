import { basename } from 'node:path';
import type { YamlDocument } from '../files/yaml-document.js';
import { overrideFacts, planFacts } from './collect-storage.js';
import { documentForm, type DocumentForm } from './document-form.js';
import type { EdgeFacts, ObjectFacts } from './facts.js';
import type { Finding } from './finding.js';
import { machineConfigFacts } from './machine-config.js';
import { applyEntries } from './policies/apply.js';
import { effectiveObject } from './policies/effective.js';
import type { PolicyEntry } from './policies/entry.js';
import { templateEntries } from './policies/policy-gen-template.js';
import { generatorEntries } from './policies/policy-generator.js';
import { warning } from './rules/rule.js';
import { isInSourceDirectory, type GivenFile } from './sources/given-files.js';
import { parseFiles, type SourceFile } from './sources/parse-files.js';
import { publishedContents } from './sources/published.js';
import { structureFindings } from './structure.js';
import { unparsedFile } from './unparsed-file.js';

/** What the files contain, and which files no enabled policy names. */
interface Collected {
  facts: EdgeFacts;
  /** Names of the files that count only if a policy names them, which none does, and of those without contents. */
  unused: string[];
}

/** Collects the contents of the files. */
export function collectFacts(sources: SourceFile[]): Collected {
  const files = parseFiles(sources);
  const documents = files.flatMap((file) => file.documents);
  const { objects, findings, named, unread } = applyEntries(documents.flatMap(entriesOf), files);
  // Without the policies, it is not known which source files count. A policy that is not YAML is one mistake.
  const hasPolicies = files.some((file) => file.isPolicy) || documents.some((each) => isPolicy(documentForm(each)));
  const isApplied = hasPolicies ? (file: GivenFile) => named.has(file) || countsAlways(file) : isFilled;
  const isUnused = (file: GivenFile): boolean => !isApplied(file) && !unread.has(file);
  const counted = files.flatMap((file) =>
    file.documents.filter(
      (document) => !hasPolicies || !(named.has(file) ? isObject(document) : isSource(file, document)),
    ),
  );
  const applied = [...objects, ...counted.filter((each) => documentForm(each) === 'object').flatMap(plainObject)];
  const machines = applied.filter(({ kind }) => kind === 'MachineConfig');
  const storages = [...counted.map(storageFacts), ...machines.map(machineConfigFacts)];
  return {
    facts: {
      storages: storages.flatMap((part) => part.storages),
      objects: applied,
      findings: [
        ...files.flatMap((file) => unparsedFile(file, isUnused(file) || (unread.has(file) && !named.has(file)))),
        ...counted.flatMap((document) => structureFindings(document, documentForm(document))),
        ...storages.flatMap((part) => part.findings),
        ...findings,
      ],
    },
    unused: files.filter(isUnused).map(({ name }) => name),
  };
}

/** True for a document that counts only if a policy names its file, once there are policies. */
function isSource(file: GivenFile, document: YamlDocument): boolean {
  // The installation applies a MachineConfig among its extra manifests.
  return document.value(['kind']) === 'MachineConfig' ? isInSourceDirectory(file) : isObject(document);
}

/** True for an object that only a policy or a person applies. */
function isObject(document: YamlDocument): boolean {
  return ['object', 'unknown'].includes(documentForm(document));
}

/** True for a file that no policy has to name. A file that is not YAML can be one, unless it is among source files. */
function countsAlways(file: GivenFile): boolean {
  if (file.problem) return !isInSourceDirectory(file);
  return file.documents.some((document) => !isSource(file, document));
}

/** True for a file with contents: not only comments. */
function isFilled({ documents, problem }: GivenFile): boolean {
  return documents.length > 0 || problem !== undefined;
}

function isPolicy(form: DocumentForm): boolean {
  return form === 'policygentemplate' || form === 'policygenerator';
}

function entriesOf(document: YamlDocument): PolicyEntry[] {
  const form = documentForm(document);
  if (form === 'policygentemplate') return templateEntries(document);
  return form === 'policygenerator' ? generatorEntries(document) : [];
}

function storageFacts(document: YamlDocument): Pick<EdgeFacts, 'storages' | 'findings'> {
  const form = documentForm(document);
  if (form === 'butane' || form === 'ignition') return planFacts(document, form);
  if (form === 'siteconfig' || form === 'clusterinstance') return overrideFacts(document, form);
  return { storages: [], findings: form === 'unknown' ? [unknownDocument(document)] : [] };
}

function unknownDocument(document: YamlDocument): Finding {
  return warning(
    'unknown-document',
    document.at([]),
    'unsupported object kind',
    'supported are Butane and Ignition files, SiteConfig, ClusterInstance, PolicyGenTemplate, PolicyGenerator, StorageClass, PersistentVolume, PersistentVolumeClaim, MachineConfig and the registry Config',
  );
}

function plainObject(document: YamlDocument): ObjectFacts[] {
  const effective = effectiveObject({
    layers: [{ document, path: [] }],
    style: 'patch',
    published: publishedContents(document.file),
    missing: (path) => document.at(path),
  });
  return effective ? [{ ...effective, fileName: basename(document.file) }] : [];
}
