import { isRecord } from '../../model/values/json.js';
import { readIgnition } from '../ignition/read.js';
import { valueAt, type FieldPath } from '../model.js';
import { ROLE_LABEL } from '../render/machine-config.js';
import type { ObjectFacts } from './facts.js';
import type { Finding } from './finding.js';
import { isFilledIn } from './known.js';
import { error, warning } from './rules/rule.js';
import { componentsOf } from './sources/given-files.js';
import { belowUnits, storageOf, type StoragePart } from './storage-part.js';

const RULE = 'machine-config';
const CONFIG: FieldPath = ['spec', 'config'];
const NAME: FieldPath = ['metadata', 'name'];
const ROLE: FieldPath = ['metadata', 'labels', ROLE_LABEL];
const NOTHING: StoragePart = { storages: [], findings: [] };

/** Collects the disks and mounts of a MachineConfig; ignores MachineConfigs without any. */
export function machineConfigFacts(object: ObjectFacts): StoragePart {
  if (!String(object.get(['apiVersion']) ?? '').startsWith('machineconfiguration.openshift.io/')) return NOTHING;
  const config = object.get(CONFIG);
  if (config === undefined || isFilledIn(config)) return NOTHING;
  if (!isRecord(config)) {
    const finding = error(RULE, object.at(CONFIG), 'spec.config must be a map', 'make spec.config a map');
    return { storages: [], findings: [finding] };
  }
  const hasDisks = ['disks', 'filesystems'].some((list) => isSet(valueAt(config, ['storage', list])));
  if (!hasDisks && !hasMountUnit(config)) return NOTHING;
  const locate = (path: FieldPath) => object.at([...CONFIG, ...path]);
  const { storages, findings } = storageOf({
    ...readIgnition(config, isFilledIn),
    role: 'machineconfig',
    pool: poolOf(object),
    rule: 'ignition',
    field: 'spec.config',
    at: (path) => locate(['storage', ...path]),
    atUnit: belowUnits(locate),
    value: (path) => valueAt(config, path),
    locate,
  });
  return { storages, findings: [...findings, ...poolFindings(object), ...(hasDisks ? lateFindings(object) : [])] };
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}

function hasMountUnit(config: unknown): boolean {
  const units = valueAt(config, ['systemd', 'units']);
  return Array.isArray(units) && units.some((unit) => String(valueAt(unit, ['name'])).endsWith('.mount'));
}

/** Returns the pool that applies the MachineConfig; undefined if it is not known from the files. */
function poolOf(object: ObjectFacts): string | undefined {
  const role = object.get(ROLE);
  // The site generator replaces variables such as `$mcp`.
  return typeof role === 'string' && !isFilledIn(role) && !role.startsWith('$') ? role : undefined;
}

function poolFindings(object: ObjectFacts): Finding[] {
  const role = object.get(ROLE);
  if (typeof role !== 'string' && !isFilledIn(role)) {
    const problem =
      role === undefined ? `the MachineConfig has no label ${ROLE_LABEL}` : `the label ${ROLE_LABEL} is not a string`;
    const remedy = `set the label ${ROLE_LABEL}: master, or the name of another pool`;
    return [error(RULE, object.at(ROLE), `${problem}: no pool applies it`, remedy)];
  }
  const named = /-partition-([a-z0-9-]+)$/.exec(String(object.get(NAME)))?.[1];
  const pool = poolOf(object);
  if (named === undefined || pool === undefined || named === pool) return [];
  return [
    warning(
      RULE,
      object.at(NAME),
      `the name ends in ${named}, but the MachineConfig is for the pool ${pool}`,
      `set the label ${ROLE_LABEL}: ${named}, or change the name`,
    ),
  ];
}

/** States when a MachineConfig can create partitions, unless its directory shows that it is applied then. */
function lateFindings(object: ObjectFacts): Finding[] {
  const directories = componentsOf(object.at(CONFIG).file).slice(0, -1);
  const isExtraManifest = directories.some((directory) => directory.includes('extra-manifest'));
  if (isExtraManifest && !object.policy) return [];
  return [
    warning(
      RULE,
      object.at([...CONFIG, 'storage']),
      'the Machine Config Operator does not repartition an installed node: its pool becomes degraded',
      'put the MachineConfig among the extra manifests of the installation',
    ),
  ];
}
