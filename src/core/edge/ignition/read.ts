import { valueProblem } from './value-problem.js';
import { DISK_KINDS, DROPIN_KINDS, FILESYSTEM_KINDS, PARTITION_KINDS, UNIT_KINDS } from './field-kinds.js';
import type { FieldPath, FieldProblem, Storage } from '../model.js';
import { storageProblems } from '../storage-problems.js';
import type { IgnitionConfig } from './config.js';
import { escapeUnitPath } from './unit-name.js';
import { unknownSection } from './unknown-sections.js';
import { isRecord } from '../../model/values/json.js';

/**
 * Checks the disks, file systems and mounts of an Ignition 3.x configuration; ignores files, users and other units.
 * @param value parsed JSON
 * @param isUnknown true for a value that is filled in later; a number of this kind is read as NaN (default: none)
 * @returns the configuration (undefined if values have another type) and its problems
 */
export function readIgnition(
  value: unknown,
  isUnknown: IsUnknown = () => false,
): { config?: IgnitionConfig; problems: FieldProblem[] } {
  const config = withoutNulls(value, isUnknown) as IgnitionConfig;
  const problems = shapeProblems(config, isUnknown);
  if (problems.length > 0) return { problems };
  return { config, problems: storageProblems(toStorage(config)).map(belowStorage) };
}

/** The kinds of all fields. */
const KINDS: Record<string, string> = { ...DISK_KINDS, ...PARTITION_KINDS, ...FILESYSTEM_KINDS, ...UNIT_KINDS };
/** Stands for an unknown value. */
const TEMPLATE = '{{';

type IsUnknown = (value: unknown) => boolean;

/** Removes nulls, which mean the same as an absent field in Ignition. Gives unknown values the type of their field. */
function withoutNulls(value: unknown, isUnknown: IsUnknown): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutNulls(each, isUnknown));
  if (!isRecord(value)) return value;
  const written = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(
    written.map(([key, each]) => [
      key,
      isUnknown(each) ? unknownOf(key, each, isUnknown) : withoutNulls(each, isUnknown),
    ]),
  );
}

/** Returns the unknown value of a field; without quotes, a template is a map. */
function unknownOf(field: string, value: unknown, isUnknown: IsUnknown): unknown {
  const section = unknownSection(field, value, { isUnknown, read: (item) => withoutNulls(item, isUnknown) });
  if (section !== undefined) return section;
  const kind = KINDS[field];
  if (kind === 'number') return Number.NaN;
  if (kind === 'strings' && !Array.isArray(value)) return [TEMPLATE];
  return kind === undefined || kind === 'strings' || typeof value === 'string' ? value : TEMPLATE;
}

function shapeProblems(value: unknown, isUnknown: IsUnknown): FieldProblem[] {
  if (!isRecord(value)) return [{ path: [], message: 'must be an object' }];
  const version = isRecord(value.ignition) ? value.ignition.version : undefined;
  if (!isUnknown(version) && (typeof version !== 'string' || !/^3\.\d+\.\d+$/.test(version))) {
    return [{ path: ['ignition', 'version'], message: 'must be a version 3 of Ignition, such as 3.2.0' }];
  }
  const fields = (item: Record<string, unknown>, kinds: Record<string, string>, at: FieldPath): FieldProblem[] =>
    fieldProblems(item, kinds, at, (each) => isUnknown(each) || Number.isNaN(each));
  const { storage = {}, systemd = {} } = value;
  if (!isRecord(storage)) return [{ path: ['storage'], message: 'must be an object' }];
  if (!isRecord(systemd)) return [{ path: ['systemd'], message: 'must be an object' }];
  return [
    ...objects(storage.disks, ['storage', 'disks'], (disk, at) => [
      ...fields(disk, DISK_KINDS, at),
      ...objects(disk.partitions, [...at, 'partitions'], (partition, path) => fields(partition, PARTITION_KINDS, path)),
    ]),
    ...objects(storage.filesystems, ['storage', 'filesystems'], (filesystem, at) =>
      fields(filesystem, FILESYSTEM_KINDS, at),
    ),
    ...objects(systemd.units, ['systemd', 'units'], (unit, at) => [
      ...fields(unit, UNIT_KINDS, at),
      ...objects(unit.dropins, [...at, 'dropins'], (dropin, path) => fields(dropin, DROPIN_KINDS, path)),
    ]),
  ];
}

function objects(
  value: unknown,
  at: FieldPath,
  check: (item: Record<string, unknown>, at: FieldPath) => FieldProblem[],
): FieldProblem[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return [{ path: at, message: 'must be a list' }];
  return value.flatMap((item, index) =>
    isRecord(item) ? check(item, [...at, index]) : [{ path: [...at, index], message: 'must be an object' }],
  );
}

function fieldProblems(
  item: Record<string, unknown>,
  kinds: Record<string, string>,
  at: FieldPath,
  isUnknown: IsUnknown,
): FieldProblem[] {
  return Object.entries(kinds).flatMap(([field, kind]) => {
    const problem = isUnknown(item[field]) ? undefined : valueProblem(item[field], kind);
    return problem ? [{ path: [...at, field], message: problem }] : [];
  });
}

/** True if a unit has the name of the mount unit for this path. */
function isMounted(config: IgnitionConfig, path: string | undefined): boolean {
  return (
    path !== undefined && (config.systemd?.units ?? []).some(({ name }) => name === `${escapeUnitPath(path)}.mount`)
  );
}

function toStorage(config: IgnitionConfig): Storage {
  return {
    disks: (config.storage?.disks ?? []).map((disk) => ({ ...disk, partitions: disk.partitions ?? [] })),
    filesystems: (config.storage?.filesystems ?? []).map((each) => ({
      ...each,
      options: each.options ?? [],
      mountOptions: each.mountOptions ?? [],
      withMountUnit: isMounted(config, each.path),
    })),
  };
}

function belowStorage({ path, message }: FieldProblem): FieldProblem {
  return { path: ['storage', ...path], message };
}
