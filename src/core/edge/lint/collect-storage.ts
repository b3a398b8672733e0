import { isSeq } from 'yaml';
import { butanePath, readStorage } from '../butane/read.js';
import { locate, problemText, type FileProblem } from '../files/problem.js';
import type { YamlDocument } from '../files/yaml-document.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { readIgnition } from '../ignition/read.js';
import { toIgnition } from '../ignition/translate.js';
import { messageOf } from '../../model/errors.js';
import { fieldName, type FieldPath } from '../model.js';
import type { StorageFacts } from './facts.js';
import type { Finding } from './finding.js';
import { diskPartitionFacts } from './disk-partition.js';

interface Collected {
  storages: StorageFacts[];
  findings: Finding[];
}

/** Collects the configuration of a Butane or Ignition file. */
export function planFacts(document: YamlDocument, form: 'butane' | 'ignition'): Collected {
  const at = (path: FieldPath) => ({
    file: document.file,
    line: document.line(form === 'butane' ? butanePath(path) : ['storage', ...path]),
  });
  if (form === 'butane') {
    const { storage, problems } = readStorage(document);
    if (problems.length > 0) return { storages: [], findings: problems.map((problem) => invalid('butane', problem)) };
    return { storages: [{ role: 'plan', config: toIgnition(storage), at }], findings: [] };
  }
  const { config, problems } = readIgnition(document.value());
  if (problems.length === 0) return { storages: [{ role: 'plan', config, at }], findings: [] };
  return { storages: [], findings: locate(document, problems).map((problem) => invalid('ignition', problem)) };
}

/** Collects the configurations of the nodes in a SiteConfig or ClusterInstance. */
export function overrideFacts(document: YamlDocument, form: 'siteconfig' | 'clusterinstance'): Collected {
  const nodes =
    form === 'clusterinstance'
      ? items(document, ['spec', 'nodes'])
      : items(document, ['spec', 'clusters']).flatMap((path) => items(document, [...path, 'nodes']));
  const parts = nodes.map((node) => nodeFacts(document, node));
  return { storages: parts.flatMap(({ storages }) => storages), findings: parts.flatMap(({ findings }) => findings) };
}

function nodeFacts(document: YamlDocument, node: FieldPath): Collected {
  const storages = diskPartitionFacts(document, [...node, 'diskPartition']);
  const path = [...node, 'ignitionConfigOverride'];
  const text = document.value(path);
  if (text === undefined || text === null || text === '') return { storages, findings: [] };
  const where = { file: document.file, line: document.line(path) };
  const { config, problems } = parseOverride(text);
  if (problems.length > 0) {
    return {
      storages,
      findings: problems.map((message) => invalid('ignition', { ...where, field: fieldName(path), message })),
    };
  }
  return { storages: [...storages, { role: 'override', config, at: () => where }], findings: [] };
}

/** Parses an override: a string that contains JSON. Fields in it have no line of their own. */
export function parseOverride(text: unknown): { config: IgnitionConfig; problems: string[] } {
  const nothing: IgnitionConfig = { ignition: { version: '3.2.0' } };
  if (typeof text !== 'string') return { config: nothing, problems: ['must be a string that contains JSON'] };
  try {
    const { config, problems } = readIgnition(JSON.parse(text));
    return {
      config,
      problems: problems.map(({ path, message }) => [fieldName(path), message].filter(Boolean).join(': ')),
    };
  } catch (error) {
    return { config: nothing, problems: [`not valid JSON: ${messageOf(error)}`] };
  }
}

function items(document: YamlDocument, path: FieldPath): FieldPath[] {
  const node = document.node(path);
  return isSeq(node) ? node.items.map((_, index) => [...path, index]) : [];
}

function invalid(rule: string, problem: FileProblem): Finding {
  const { file, line = 1 } = problem;
  const message = problemText(problem).slice(problemText({ file, line: problem.line, message: '' }).length);
  return {
    file,
    line,
    rule,
    severity: 'error',
    message,
    remedy: 'correct the field as the message says; `regadm edge render` writes valid files',
  };
}
