import { valueProblem } from './value-problem.js';
import { PARTITION_KINDS, DISK_KINDS, FILESYSTEM_KINDS } from './field-kinds.js';
import type { FieldPath, FieldProblem, Storage } from '../model.js';
import { storageProblems } from '../storage-problems.js';
import type { IgnitionConfig } from './config.js';
import { escapeUnitPath } from './unit-name.js';
import { isRecord } from '../../model/values/json.js';

/**
 * Checks the disks, file systems and mounts of an Ignition 3.x configuration; ignores files, users and other units.
 * @param value parsed JSON
 * @returns the configuration (undefined if values have another type) and its problems
 */
export function readIgnition(value: unknown): { config?: IgnitionConfig; problems: FieldProblem[] } {
  const config = withoutNulls(value) as IgnitionConfig;
  const problems = shapeProblems(config);
  if (problems.length > 0) return { problems };
  return { config, problems: storageProblems(toStorage(config)).map(belowStorage) };
}

/** Removes nulls, which mean the same as an absent field in Ignition. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const written = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(written.map(([key, each]) => [key, withoutNulls(each)]));
}

function shapeProblems(value: unknown): FieldProblem[] {
  if (!isRecord(value)) return [{ path: [], message: 'must be an object' }];
  const version = isRecord(value.ignition) ? value.ignition.version : undefined;
  if (typeof version !== 'string' || !/^3\.\d+\.\d+$/.test(version)) {
    return [{ path: ['ignition', 'version'], message: 'must be a version 3 of Ignition, such as 3.2.0' }];
  }
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
    ...objects(systemd.units, ['systemd', 'units'], (unit, at) =>
      fields(unit, { name: 'string', contents: 'string' }, at),
    ),
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

function fields(item: Record<string, unknown>, kinds: Record<string, string>, at: FieldPath): FieldProblem[] {
  return Object.entries(kinds).flatMap(([field, kind]) => {
    const problem = valueProblem(item[field], kind);
    return problem ? [{ path: [...at, field], message: problem }] : [];
  });
}

/** True if a unit has the name of the mount unit for this path. */
export function isMounted(config: IgnitionConfig, path: string | undefined): boolean {
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
