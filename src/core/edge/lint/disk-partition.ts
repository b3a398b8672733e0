import type { YamlDocument } from '../files/yaml-document.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { escapeUnitPath } from '../ignition/unit-name.js';
import { isRecord, listOf } from '../../model/values/json.js';
import { fieldName, type FieldPath } from '../model.js';
import { labelFromPath } from '../render/storage-from-disk.js';
import { withoutSlashAtEnd } from '../text-problems.js';
import { BY_LABEL, type StorageFacts } from './facts.js';
import type { At, Finding } from './finding.js';
import { isFilledIn } from './known.js';
import { filledIn } from './rules/filled-in.js';
import { error } from './rules/rule.js';
import type { StoragePart } from './storage-part.js';

interface DiskPartition {
  device?: unknown;
  partitions?: ({ mount_point?: unknown; size?: unknown; start?: unknown } | null)[];
}

/**
 * Collects `diskPartition`, the older form in a SiteConfig. The site generator creates the partition, file system and
 * mount unit from it.
 */
export function diskPartitionFacts(
  document: YamlDocument,
  at: FieldPath,
  node: Pick<StorageFacts, 'pool' | 'cluster'>,
): StoragePart {
  const value = document.value(at);
  const disks = Array.isArray(value) ? (value as DiskPartition[]) : [];
  const locate = (path: FieldPath): At => ({ file: document.file, line: document.line([...at, ...path]) });
  const storages = disks.map((disk, index): StorageFacts => {
    const at = (path: FieldPath): At => locate([index, ...inDiskPartition(path)]);
    return { role: 'diskpartition', ...node, config: configOf(disk), at };
  });
  const unknown = disks.flatMap((disk, index) => unknownSizes(disk, (path) => locate([index, ...path])));
  const wrong = wrongFields(value).filter(({ value: each }) => !isFilledIn(each));
  const structure = wrong.map(({ path, kind }) => {
    const field = fieldName([...at, ...path]);
    return error('structure', locate(path), `${field} must be ${kind}`, `set ${field} to ${kind}`);
  });
  return { storages, findings: [...unknown, ...structure] };
}

interface Field {
  path: FieldPath;
  value: unknown;
  kind: string;
}

/** Lists the fields that are missing or have another type. */
function wrongFields(value: unknown): Field[] {
  if (value === undefined || value === null) return [];
  const disks = listOf<DiskPartition>(value);
  const fields: (Field & { isRight: boolean })[] = [
    { path: [], value, kind: 'a list', isRight: Array.isArray(value) },
    ...disks.flatMap((disk, index) => {
      const { device, partitions } = isRecord(disk) ? disk : {};
      return [
        { path: [index, 'device'], value: device, kind: 'a string', isRight: isText(device) },
        { path: [index, 'partitions'], value: partitions, kind: 'a list', isRight: Array.isArray(partitions) },
        ...partitionsOf(disk).flatMap((partition, place) => partitionFields(partition, [index, 'partitions', place])),
      ];
    }),
  ];
  return fields.filter(({ isRight }) => !isRight);
}

function partitionFields(partition: unknown, at: FieldPath): (Field & { isRight: boolean })[] {
  const { mount_point: path, size, start } = isRecord(partition) ? partition : {};
  const mebibytes = 'a whole number of MiB';
  return [
    {
      path: [...at, 'mount_point'],
      value: path,
      kind: 'an absolute path',
      isRight: isText(path) && path.startsWith('/'),
    },
    { path: [...at, 'size'], value: size, kind: mebibytes, isRight: toInteger(size) !== undefined },
    {
      path: [...at, 'start'],
      value: start,
      kind: mebibytes,
      isRight: start === undefined || toInteger(start) !== undefined,
    },
  ];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function configOf(disk: DiskPartition): IgnitionConfig {
  const partitions = partitionsOf(disk).map((partition) => ({
    path: withoutSlashAtEnd(String(partition?.mount_point ?? '')),
    sizeMiB: toInteger(partition?.size),
    startMiB: toInteger(partition?.start),
  }));
  return {
    ignition: { version: '3.2.0' },
    storage: {
      disks: [
        {
          device: String(disk?.device ?? ''),
          partitions: partitions.map(({ path, ...size }) => ({ label: labelFromPath(path), ...size })),
        },
      ],
      filesystems: partitions.map(({ path }) => ({ device: `${BY_LABEL}${labelFromPath(path)}`, path })),
    },
    systemd: {
      units: partitions.map(({ path }) => ({ contents: '', enabled: true, name: `${escapeUnitPath(path)}.mount` })),
    },
  };
}

/** Finds sizes that the hub fills in. A configuration has only numbers there. */
function unknownSizes(disk: DiskPartition, at: (path: FieldPath) => At): Finding[] {
  return partitionsOf(disk).flatMap((partition, index) =>
    (['size', 'start'] as const)
      .filter((field) => isFilledIn(partition?.[field]))
      .map((field) => filledIn(at(['partitions', index, field]))),
  );
}

function partitionsOf(disk: DiskPartition | null): NonNullable<DiskPartition['partitions']> {
  return Array.isArray(disk?.partitions) ? disk.partitions : [];
}

/** Ignition's names of fields, and the names here. */
const FIELD_NAMES: Record<string, string> = {
  path: 'mount_point',
  sizeMiB: 'size',
  startMiB: 'start',
  label: 'mount_point',
};

/** Converts a path below Ignition's `storage` to the path in this form. */
function inDiskPartition(path: FieldPath): FieldPath {
  const [list, index, ...rest] = path;
  const inner = list === 'filesystems' ? ['partitions', index ?? 0, ...rest] : rest;
  return inner.map((part) => (typeof part === 'string' ? (FIELD_NAMES[part] ?? part) : part));
}

function toInteger(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}
