import { formatBytes } from '../../model/values/quantity.js';
import { checker, type EdgeCheck } from './check.js';
import type { StatedSize } from './claim.js';

const { passed, failed, skipped, warning } = checker('node');

/** Separates the output of `lsblk` and `df`. */
export const DIVIDER = '----regadm----';

/**
 * Script for the node; its first argument is the mount point. Sizes are in bytes, because units differ between
 * versions.
 */
export const SCRIPT = `lsblk --bytes --json --output NAME,SIZE,TYPE,MOUNTPOINT,PARTLABEL; echo ${DIVIDER}; df --block-size=1 --portability -- "$1"`;

interface BlockDevice {
  name?: string;
  size?: number | string;
  type?: string;
  mountpoint?: string | null;
  children?: BlockDevice[];
}

interface Usage {
  size: number;
  available: number;
  mountedOn: string;
}

/** Minimum share of free space; below it, pushes can soon fail. */
const MIN_FREE_SHARE = 0.1;

/** Minimum size of a file system, as a share of the stated size: it is slightly smaller than its partition. */
const MIN_SIZE_SHARE = 0.9;

/**
 * Checks the mount and its free space.
 * @param output output of `SCRIPT`
 * @param path expected mount point
 * @param sizes what the mount must be large enough for
 */
export function checkUsage(output: string, path: string, sizes: StatedSize[]): EdgeCheck[] {
  const [blocks = '', files = ''] = output.split(DIVIDER);
  const device = deviceAt(blocks, path);
  const usage = parseDf(files);
  const remedy =
    'the partition is created and mounted at installation: compare the node with regadm edge verify --hub-kubeconfig';
  if (!usage || usage.mountedOn !== path) {
    const where = usage ? `it is a directory of ${usage.mountedOn}` : 'it does not exist';
    return [failed('mount', `nothing is mounted at ${path}: ${where}`, remedy)];
  }
  const mount = passed(
    'mount',
    `${path} is mounted${device ? ` from ${device.type ?? 'device'} ${device.name}, ${formatBytes(Number(device.size))}` : ''}`,
  );
  return [mount, sizeCheck(usage, sizes), spaceCheck(usage, path)];
}

function sizeCheck({ size }: Usage, sizes: StatedSize[]): EdgeCheck {
  const name = 'mount-size';
  const own = `the file system has ${formatBytes(size)}`;
  if (sizes.length === 0) return skipped(name, `${own}; no volume and no claim states a size`, 'see the other checks');
  const stated = sizes.map(({ what, bytes }) => `${what} ${formatBytes(bytes)}`).join(', ');
  if (sizes.every(({ bytes }) => size >= bytes * MIN_SIZE_SHARE)) return passed(name, `${own}, ${stated}`);
  return failed(name, `${own}, ${stated}`, 'make the volume smaller, or install with a larger partition');
}

function spaceCheck({ size, available }: Usage, path: string): EdgeCheck {
  const free = `${formatBytes(available)} of ${formatBytes(size)} are free at ${path}`;
  if (available < size * MIN_FREE_SHARE)
    return warning('free-space', free, 'free space in the registry: regadm prune images, then regadm prune hard');
  return passed('free-space', free);
}

function deviceAt(text: string, path: string): BlockDevice | undefined {
  try {
    return findDevice((JSON.parse(text) as { blockdevices?: BlockDevice[] }).blockdevices ?? [], path);
  } catch {
    // The output of df is sufficient.
    return undefined;
  }
}

function findDevice(devices: BlockDevice[], path: string): BlockDevice | undefined {
  for (const device of devices) {
    const found = device.mountpoint === path ? device : findDevice(device.children ?? [], path);
    if (found) return found;
  }
  return undefined;
}

/** Parses the last line of POSIX `df`: file system, size, used, available, capacity, mount point. */
function parseDf(text: string): Usage | undefined {
  const line = text.trim().split('\n').at(-1) ?? '';
  const match = /^\S.*?\s+(\d+)\s+(\d+)\s+(\d+)\s+\S+\s+(\/.*)$/.exec(line);
  return match ? { size: Number(match[1]), available: Number(match[3]), mountedOn: match[4]! } : undefined;
}
