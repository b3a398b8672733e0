import type { YamlDocument } from '../files/yaml-document.js';
import { escapeUnitPath } from '../ignition/unit-name.js';
import type { FieldPath } from '../model.js';
import type { StorageFacts } from './facts.js';

interface DiskPartition {
  device?: unknown;
  partitions?: { mount_point?: unknown; size?: unknown; start?: unknown }[];
}

/** The older form in a SiteConfig, `diskPartition`, from which the site generator makes partition, file system and mount unit itself. */
export function diskPartitionFacts(document: YamlDocument, at: FieldPath): StorageFacts[] {
  const value = document.value(at);
  if (!Array.isArray(value)) return [];
  return (value as DiskPartition[]).map((disk, index) => {
    const partitions = (Array.isArray(disk?.partitions) ? disk.partitions : []).map((partition) => ({
      path: String(partition?.mount_point ?? ''),
      sizeMiB: numberOf(partition?.size),
      startMiB: numberOf(partition?.start),
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

const NAMES: Record<string, string> = { path: 'mount_point', sizeMiB: 'size', startMiB: 'start', label: 'mount_point' };

/** Where a path below Ignition's `storage` stands in this form. */
function inDiskPartition(path: FieldPath): FieldPath {
  const [list, index, ...rest] = path;
  const inner = list === 'filesystems' ? ['partitions', index ?? 0, ...rest] : rest;
  return inner.map((part) => (typeof part === 'string' ? (NAMES[part] ?? part) : part));
}

function numberOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}
