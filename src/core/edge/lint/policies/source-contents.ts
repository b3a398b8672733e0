import { isMap } from 'yaml';
import { suggest } from '../../../kit/suggest.js';
import type { YamlDocument } from '../../files/yaml-document.js';
import { isObjectKind } from '../document-form.js';
import type { Finding } from '../finding.js';
import { warning } from '../rules/rule.js';
import type { GivenFile } from '../sources/given-files.js';
import type { PolicyEntry } from './entry.js';

/** The kinds whose mistyped names are recognized, with the beginning of their `apiVersion`. */
const KINDS: Record<string, string> = {
  StorageClass: 'storage.k8s.io/',
  PersistentVolume: 'v1',
  PersistentVolumeClaim: 'v1',
  Config: 'imageregistry.operator.openshift.io/',
};

const RULE = 'source-file';

/** Finds named files that apply nothing, or something that is not read, without anyone noticing. */
export function contentFindings({ name, nameAt }: PolicyEntry, files: GivenFile[]): Finding[] {
  return files
    .filter(({ problem }) => problem === undefined)
    .flatMap((file) => {
      if (file.documents.length > 0) return file.documents.flatMap(documentFindings);
      return [warning(RULE, nameAt, `${name} is empty: it applies nothing`, 'add the object, or remove the entry')];
    });
}

function documentFindings(document: YamlDocument): Finding[] {
  const at = document.at([]);
  if (!isMap(document.node([]))) {
    const remedy =
      'write the object into the file; a text that is a path is a symbolic link that was not created as one';
    return [warning(RULE, at, 'the file contains no object: it applies nothing', remedy)];
  }
  const kind = document.value(['kind']);
  if (hasTemplates(document)) {
    const remedy = 'to check the objects, name their files in the policy instead';
    return [warning(RULE, at, 'the objects in object-templates are not checked', remedy)];
  }
  const apiVersion = String(document.value(['apiVersion']));
  const near = typeof kind === 'string' && !isObjectKind(kind) ? suggest(kind, kindsOf(apiVersion), 2) : [];
  if (near.length === 0) return [];
  return [warning(RULE, document.at(['kind']), `the kind ${String(kind)} is not known`, `is it ${near[0]}?`)];
}

function kindsOf(apiVersion: string): string[] {
  return Object.keys(KINDS).filter((kind) => apiVersion.startsWith(KINDS[kind]!));
}

/** True for a ConfigurationPolicy with objects of the kinds that rules read. */
function hasTemplates(document: YamlDocument): boolean {
  return [['spec'], []].some((parent) => {
    const raw = document.value([...parent, 'object-templates-raw']);
    if (typeof raw === 'string') return /^\s*kind: *["']?PersistentVolume|imageregistry/m.test(raw);
    return document
      .items([...parent, 'object-templates'])
      .some((item) => isObjectKind(String(document.value([...item, 'objectDefinition', 'kind']))));
  });
}
