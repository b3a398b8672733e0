import type { Disk, FieldPath, FieldProblem, Filesystem, Storage } from './model.js';
import { partitionProblems } from './partition-problems.js';
import { pathProblem, textProblem } from './text-problems.js';

/** Maximum label length in bytes, by format, as the mkfs tools accept it. */
const LABEL_BYTES: Record<string, number> = { ext4: 16, btrfs: 256, xfs: 12, swap: 15, vfat: 11 };

/**
 * Finds what Butane 1.3.0 and Ignition 3.2.0 reject in a storage part, and what would fail during the installation.
 * @returns problems with paths relative to `storage`, with Ignition's names
 * @see https://coreos.github.io/ignition/configuration-v3_2/
 */
export function storageProblems({ disks, filesystems }: Storage): FieldProblem[] {
  return [
    ...disks.flatMap((disk, index) => diskProblems(disk, ['disks', index])),
    ...duplicates(disks.map(({ device }) => device)).map((index) =>
      appearsTwice(['disks', index, 'device'], disks[index]!.device),
    ),
    ...filesystems.flatMap((filesystem, index) => filesystemProblems(filesystem, ['filesystems', index])),
    ...duplicates(filesystems.map(({ device }) => device)).map((index) =>
      appearsTwice(['filesystems', index, 'device'], filesystems[index]!.device),
    ),
    ...duplicates(filesystems.map(({ withMountUnit, path }) => (withMountUnit ? path : undefined))).map((index) => ({
      path: ['filesystems', index, 'path'],
      message: `${filesystems[index]!.path} is mounted twice`,
    })),
  ];
}

function diskProblems(disk: Disk, at: FieldPath): FieldProblem[] {
  return [...deviceProblems(disk.device, at), ...partitionProblems(disk.partitions, [...at, 'partitions'])];
}

function filesystemProblems(filesystem: Filesystem, at: FieldPath): FieldProblem[] {
  const { path, format, withMountUnit, label, options, mountOptions } = filesystem;
  const problems = deviceProblems(filesystem.device, at);
  const add = (field: string, message: string | undefined): void => {
    if (message) problems.push({ path: [...at, field], message });
  };
  if (path) add('path', pathProblem(path));
  if (withMountUnit && !path) add('path', 'a mount unit needs a path');
  if (withMountUnit && !format) add('format', 'a mount unit needs a format');
  else add('format', formatProblem(filesystem));
  if (label && format) add('label', labelProblem(label, format));
  return [
    ...problems,
    ...listProblems(options, [...at, 'options']),
    ...listProblems(mountOptions, [...at, 'mountOptions']),
  ];
}

function listProblems(texts: string[], at: FieldPath): FieldProblem[] {
  return texts.flatMap((text, index) => {
    const message = textProblem(text);
    return message ? [{ path: [...at, index], message }] : [];
  });
}

function formatProblem({
  format,
  path,
  label,
  uuid,
  wipeFilesystem,
  mountOptions,
  options,
}: Filesystem): string | undefined {
  if (format)
    return format in LABEL_BYTES ? undefined : `must be one of ${Object.keys(LABEL_BYTES).join(', ')}, not ${format}`;
  const others = [path, label, uuid, wipeFilesystem, mountOptions.length, options.length].some(Boolean);
  return others ? 'is required if path, label, uuid, wipe_filesystem, options or mount_options is set' : undefined;
}

function labelProblem(label: string, format: string): string | undefined {
  const maximum = LABEL_BYTES[format];
  if (maximum !== undefined && Buffer.byteLength(label) > maximum)
    return `is longer than ${maximum} characters, the limit of ${format}`;
  return textProblem(label);
}

function deviceProblems(device: string | undefined, at: FieldPath): FieldProblem[] {
  const message = device ? pathProblem(device) : 'is required: the absolute path of a device';
  return message ? [{ path: [...at, 'device'], message }] : [];
}

/** Returns the positions of names that already occur earlier in the list. */
function duplicates(names: (string | undefined)[]): number[] {
  return names.flatMap((name, index) => (name && names.indexOf(name) < index ? [index] : []));
}

function appearsTwice(path: FieldPath, device: string): FieldProblem {
  return { path, message: `${device} appears twice` };
}
