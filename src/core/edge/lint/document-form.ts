import { isMap, isSeq } from 'yaml';
import type { YamlDocument } from '../files/yaml-document.js';
import { isButane } from '../butane/read.js';

export type DocumentForm =
  | 'butane'
  | 'ignition'
  | 'siteconfig'
  | 'clusterinstance'
  | 'policygentemplate'
  | 'policygenerator'
  | 'object'
  | 'unknown';

const OBJECTS = new Set(['StorageClass', 'PersistentVolume', 'PersistentVolumeClaim', 'Config', 'MachineConfig']);
const FORM_OF_KIND: Record<string, DocumentForm> = {
  SiteConfig: 'siteconfig',
  ClusterInstance: 'clusterinstance',
  PolicyGenTemplate: 'policygentemplate',
  PolicyGenerator: 'policygenerator',
};

/** Identifies a document by its kind, or by its fields if it is a fragment without a kind. */
export function documentForm(document: YamlDocument): DocumentForm {
  if (isButane(document)) return 'butane';
  if (isMap(document.node(['ignition']))) return 'ignition';
  const kind = document.value(['kind']);
  if (typeof kind === 'string') return FORM_OF_KIND[kind] ?? (isObjectKind(kind) ? 'object' : 'unknown');
  if (isSeq(document.node(['sourceFiles'])) || isSeq(document.node(['spec', 'sourceFiles'])))
    return 'policygentemplate';
  if (isSeq(document.node(['policies']))) return 'policygenerator';
  if (isSeq(document.node(['spec', 'clusters']))) return 'siteconfig';
  return isSeq(document.node(['spec', 'nodes'])) ? 'clusterinstance' : 'unknown';
}

/** True for the kinds of objects that rules read. */
export function isObjectKind(kind: string): boolean {
  return OBJECTS.has(kind);
}
