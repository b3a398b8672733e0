import type { IgnitionConfig } from '../ignition/config.js';
import { fieldName, type FieldPath, type FieldProblem } from '../model.js';
import type { StorageFacts } from './facts.js';
import type { At, Finding } from './finding.js';
import { isFilledIn } from './known.js';

/** What a document contains about disks. */
export interface StoragePart {
  storages: StorageFacts[];
  findings: Finding[];
}

/** A configuration as it was read. */
export interface ReadConfig extends Omit<StorageFacts, 'config'> {
  /** Undefined if fields have values of another type. */
  config?: IgnitionConfig;
  problems: FieldProblem[];
  /** Name of the rule for the problems. */
  rule: string;
  /** Field that contains the whole configuration; undefined if it is the document. */
  field?: string;
  /** Returns the value that a problem is about. */
  value(path: FieldPath): unknown;
  /** Locates a problem. */
  locate(path: FieldPath): At;
}

/** Locates paths below `storage` in a configuration. */
export function belowStorage(locate: (path: FieldPath) => At): (path: FieldPath) => At {
  return (path) => locate(path.length === 0 ? [] : ['storage', ...path]);
}

/** Locates paths below `systemd.units` in a configuration. */
export function belowUnits(locate: (path: FieldPath) => At): (path: FieldPath) => At {
  return (path) => locate(['systemd', 'units', ...path]);
}

/** Stands for a configuration that the hub fills in: it can mount any path. */
export const UNKNOWN_CONFIG: IgnitionConfig = {
  ignition: { version: '3.2.0' },
  storage: { filesystems: [{ device: '{{', path: '{{' }] },
};

/** Returns the configuration, or what is wrong with it. A value that the hub fills in is not wrong. */
export function storageOf(read: ReadConfig): StoragePart {
  const { config = UNKNOWN_CONFIG, problems, rule, field, value, locate, ...facts } = read;
  const wrong = problems.filter(({ path }) => !isFilledIn(value(path)) && !isInTemplate(path, value));
  if (wrong.length === 0) return { storages: [{ ...facts, config }], findings: [] };
  const findings = wrong.map(({ path, message }) => ({
    ...locate(path),
    rule,
    severity: 'error' as const,
    message: [field, fieldName(path), message].filter(Boolean).join(': '),
    remedy: 'correct the field as the message says; `regadm edge render` writes valid files',
  }));
  return { storages: [], findings };
}

/** True for a path in a section that is filled in as a whole. */
function isInTemplate(path: FieldPath, value: (path: FieldPath) => unknown): boolean {
  return path.some((_, depth) => {
    const parent = value(path.slice(0, depth));
    return !Array.isArray(parent) && isFilledIn(parent);
  });
}
