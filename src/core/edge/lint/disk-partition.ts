import type { YamlDocument } from '../files/yaml-document.js';
import { escapeUnitPath } from '../ignition/unit-name.js';
import type { FieldPath } from '../model.js';
import type { StorageFacts } from './facts.js';

interface DiskPartition {
  device?: unknown;
  partitions?: { mount_point?: unknown; size?: unknown; start?: unknown }[];
}

/**
 * Collects `diskPartition`, the older form in a SiteConfig. The site generator creates the partition, file system and
 * mount unit from it.
 */
export function diskPartitionFacts(document: YamlDocument, at: FieldPath): StorageFacts[] {
  const value = document.value(at);
  if (!Array.isArray(value)) return [];
  return (value as DiskPartition[]).map((disk, index) => {
    const partitions = (Array.isArray(disk?.partitions) ? disk.partitions : []).map((partition) => ({
      path: String(partition?.mount_point ?? ''),
      sizeMiB: toInteger(partition?.size),
      startMiB: toInteger(partition?.start),
    }));
    return {
      role: 'override',
      config: {
        ignition: { version: '3.2.0' },
        storage: {
          disks: [
            {
              device: String(disk?.device ?? ''),
              partitions: partitions.map(({ path, sizeMiB, startMiB }) => ({ label: path, sizeMiB, startMiB })),
            },
          ],
          filesystems: partitions.map(({ path }) => ({ device: `/dev/disk/by-partlabel/${path}`, path })),
        },
        systemd: {
          units: partitions.map(({ path }) => ({ contents: '', enabled: true, name: `${escapeUnitPath(path)}.mount` })),
        },
      },
      at: (path) => ({ file: document.file, line: document.line([...at, index, ...inDiskPartition(path)]) }),
    };
  });
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
