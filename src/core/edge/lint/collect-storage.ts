import { editDistance } from '../../kit/suggest.js';
import { butanePath, readStorage } from '../butane/read.js';
import type { YamlDocument } from '../files/yaml-document.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { readIgnition } from '../ignition/read.js';
import { isUnknownSection, UNKNOWN } from '../ignition/unknown-sections.js';
import { toIgnition } from '../ignition/translate.js';
import { fieldName, type FieldPath } from '../model.js';
import { diskPartitionFacts } from './disk-partition.js';
import type { ClusterOfNodes } from './facts.js';
import type { At } from './finding.js';
import { isFilledIn } from './known.js';
import { readOverride } from './override/read-override.js';
import { error } from './rules/rule.js';
import { belowStorage, belowUnits, storageOf, type StoragePart } from './storage-part.js';

/** Collects the configuration of a Butane or Ignition file. */
export function planFacts(document: YamlDocument, form: 'butane' | 'ignition'): StoragePart {
  const at = (path: FieldPath) => ({ file: document.file, line: document.line(path) });
  const common = { role: 'plan', rule: form, locate: at, value: (path: FieldPath) => document.value(path) } as const;
  if (form === 'ignition') {
    const read = readIgnition(document.value(), isFilledIn);
    return storageOf({ ...common, ...read, at: belowStorage(at), atUnit: belowUnits(at) });
  }
  const { storage, problems } = readStorage(document, isFilledIn);
  const config = storage && withUnknownUnits(toIgnition(storage));
  return storageOf({ ...common, config, problems, at: (path) => at(butanePath(path)) });
}

/** Mount units of file systems that are filled in are not known, either. */
function withUnknownUnits(config: IgnitionConfig): IgnitionConfig {
  const isUnknown = isUnknownSection(config.storage?.filesystems);
  return isUnknown ? { ...config, systemd: { units: [{ name: UNKNOWN }] } } : config;
}

/** Collects the configurations of the nodes in a SiteConfig or ClusterInstance. */
export function overrideFacts(document: YamlDocument, form: 'siteconfig' | 'clusterinstance'): StoragePart {
  const clusters = form === 'clusterinstance' ? [['spec']] : document.items(['spec', 'clusters']);
  const nodes = clusters.flatMap((path) => document.items([...path, 'nodes']));
  const parts = [
    ...clusters.flatMap((path) => clusterParts(document, path)),
    ...nodes.map((node) => mistyped(document, node)),
  ];
  const storages = parts.flatMap((part) => part.storages);
  const findings = parts.flatMap((part) => part.findings);
  const [first] = nodes;
  const hasNone = first !== undefined && storages.length === 0 && findings.length === 0;
  return {
    storages: hasNone ? [{ role: 'none', config: NO_CONFIG, at: () => document.at(first) }] : storages,
    findings,
  };
}

const NO_CONFIG: IgnitionConfig = { ignition: { version: '3.2.0' } };
const NODE_FIELDS = ['ignitionConfigOverride', 'diskPartition'];
/** Maximum number of edits in a mistyped field. Other fields of nodes differ more. */
const MAX_EDITS = 3;

/** Finds fields that are ignored because their names are mistyped. */
function mistyped(document: YamlDocument, node: FieldPath): StoragePart {
  const findings = document.keys(node).flatMap((key) => {
    const name = String(key);
    const meant = NODE_FIELDS.find((field) => editDistance(name.toLowerCase(), field.toLowerCase()) <= MAX_EDITS);
    if (meant === undefined || meant === name) return [];
    const path = [...node, name];
    return [error('structure', document.at(path), `${fieldName(path)}: unknown field`, `rename it to ${meant}`)];
  });
  return { storages: [], findings };
}

function clusterParts(document: YamlDocument, path: FieldPath): StoragePart[] {
  const name = document.value([...path, 'clusterName']);
  const cluster = { name: typeof name === 'string' && name !== '' ? name : `of ${document.file}` };
  return document.items([...path, 'nodes']).flatMap((node) => nodeParts(document, node, cluster));
}

function nodeParts(document: YamlDocument, node: FieldPath, cluster: ClusterOfNodes): StoragePart[] {
  // Nodes without a role are control plane nodes.
  const pool = document.value([...node, 'role']) ?? 'master';
  const older = diskPartitionFacts(document, [...node, 'diskPartition'], { pool, cluster });
  const path = [...node, 'ignitionConfigOverride'];
  const text = document.value(path);
  if (text === undefined || text === null || text === '') return [older];
  const { offset, ...read } = readOverride(text, isFilledIn);
  const locate = (inner: FieldPath): At =>
    inner.length === 0 && read.config
      ? document.at(path)
      : { file: document.file, line: document.lineInText(path, offset(inner)) };
  const common = { role: 'override', pool, cluster, rule: 'ignition', field: fieldName(path) } as const;
  return [older, storageOf({ ...common, ...read, at: belowStorage(locate), atUnit: belowUnits(locate), locate })];
}
