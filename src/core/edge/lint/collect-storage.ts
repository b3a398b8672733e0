import { isSeq } from 'yaml';
import { butanePath, readStorage } from '../butane/read.js';
import type { YamlDocument } from '../files/yaml-document.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { readIgnition } from '../ignition/read.js';
import { toIgnition } from '../ignition/translate.js';
import { messageOf } from '../../model/errors.js';
import { fieldName, valueAt, type FieldPath } from '../model.js';
import { diskPartitionFacts } from './disk-partition.js';
import { storageOf, type ReadConfig, type StoragePart } from './storage-part.js';

/** Collects the configuration of a Butane or Ignition file. */
export function planFacts(document: YamlDocument, form: 'butane' | 'ignition'): StoragePart {
  const at = (path: FieldPath) => ({ file: document.file, line: document.line(path) });
  const common = { role: 'plan', rule: form, locate: at, value: (path: FieldPath) => document.value(path) } as const;
  if (form === 'ignition')
    return storageOf({ ...common, ...readIgnition(document.value()), at: (path) => at(['storage', ...path]) });
  const { storage, problems } = readStorage(document);
  const config = storage && toIgnition(storage);
  return storageOf({ ...common, config, problems, at: (path) => at(butanePath(path)) });
}

/** Collects the configurations of the nodes in a SiteConfig or ClusterInstance. */
export function overrideFacts(document: YamlDocument, form: 'siteconfig' | 'clusterinstance'): StoragePart {
  const nodes =
    form === 'clusterinstance'
      ? items(document, ['spec', 'nodes'])
      : items(document, ['spec', 'clusters']).flatMap((path) => items(document, [...path, 'nodes']));
  const parts = nodes.flatMap((node) => nodeParts(document, node));
  return { storages: parts.flatMap(({ storages }) => storages), findings: parts.flatMap(({ findings }) => findings) };
}

function nodeParts(document: YamlDocument, node: FieldPath): StoragePart[] {
  // Nodes without a role are control plane nodes.
  const pool = document.value([...node, 'role']) ?? 'master';
  const older = diskPartitionFacts(document, [...node, 'diskPartition'], pool);
  const path = [...node, 'ignitionConfigOverride'];
  const text = document.value(path);
  if (text === undefined || text === null || text === '') return [older];
  const where = { file: document.file, line: document.line(path) };
  const common = { role: 'override', pool, rule: 'ignition', field: fieldName(path) } as const;
  return [older, storageOf({ ...common, ...readOverride(text), at: () => where, locate: () => where })];
}

/** Reads an override: a string that contains JSON. Fields in it have no line of their own. */
function readOverride(text: unknown): Pick<ReadConfig, 'config' | 'problems' | 'value'> {
  const unreadable = (message: string) => ({ problems: [{ path: [], message }], value: () => text, config: undefined });
  if (typeof text !== 'string') return unreadable('must be a string that contains JSON');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return unreadable(`not valid JSON: ${messageOf(error)}`);
  }
  return { ...readIgnition(value), value: (path) => valueAt(value, path) };
}

/** Parses an override. If there are problems, `config` must not be used. */
export function parseOverride(text: unknown): { config: IgnitionConfig; problems: string[] } {
  const { config = { ignition: { version: '3.2.0' } }, problems } = readOverride(text);
  return {
    config,
    problems: problems.map(({ path, message }) => [fieldName(path), message].filter(Boolean).join(': ')),
  };
}

function items(document: YamlDocument, path: FieldPath): FieldPath[] {
  const node = document.node(path);
  return isSeq(node) ? node.items.map((_, index) => [...path, index]) : [];
}
