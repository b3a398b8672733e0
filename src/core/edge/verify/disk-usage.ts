import { formatBytes } from '../../model/quantity.js';
import { checker, type EdgeCheck } from './check.js';

const { passed, failed, warning } = checker('node');

/** Between what `lsblk` and what `df` print. */
export const DIVIDER = '----regadm----';

/** What runs on the node; its first argument is the mount path. Sizes in bytes, since units differ between versions. */
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

/** Below this share of free space a push may soon fail. */
const LOW = 0.1;

/**
 * The mount and its free space, from the node's own words.
 * @param wanted bytes that the volume promises
 */
export function checkUsage(output: string, path: string, wanted?: number): EdgeCheck[] {
  const [blocks = '', files = ''] = output.split(DIVIDER);
  const device = deviceAt(blocks, path);
  const usage = parseDf(files);
  const remedy =
    'the partition is made and mounted at installation: compare the node with regadm edge verify --hub-kubeconfig';
  if (!usage || usage.mountedOn !== path) {
    const where = usage ? `it is a directory of ${usage.mountedOn}` : 'it does not exist';
    return [failed('mount', `nothing is mounted at ${path}: ${where}`, remedy)];
  }
  const mount = passed(
    'mount',
    `${path} is mounted${device ? ` from ${device.type ?? 'device'} ${device.name}, ${formatBytes(Number(device.size))}` : ''}`,
  );
  return [mount, ...sizeCheck(usage, wanted), spaceCheck(usage, path)];
}

/** A file system is a little smaller than its partition: up to a tenth less is no mistake. */
function sizeCheck({ size }: Usage, wanted: number | undefined): EdgeCheck[] {
  if (wanted === undefined || size >= wanted * 0.9) return [];
  return [
    failed(
      'mount-size',
      `the file system has ${formatBytes(size)}, the volume promises ${formatBytes(wanted)}`,
      'make the volume smaller, or install with a larger partition',
    ),
  ];
}

function spaceCheck({ size, available }: Usage, path: string): EdgeCheck {
  const free = `${formatBytes(available)} of ${formatBytes(size)} are free at ${path}`;
  if (available < size * LOW)
    return warning('free-space', free, 'free space in the registry: regadm prune images, then regadm prune hard');
  return passed('free-space', free);
}

function deviceAt(text: string, path: string): BlockDevice | undefined {
  try {
    return find((JSON.parse(text) as { blockdevices?: BlockDevice[] }).blockdevices ?? [], path);
  } catch {
    // df alone tells enough.
    return undefined;
  }
}

function find(devices: BlockDevice[], path: string): BlockDevice | undefined {
  for (const device of devices) {
    const found = device.mountpoint === path ? device : find(device.children ?? [], path);
    if (found) return found;
  }
  return undefined;
}

/** The last line of POSIX `df`: file system, size, used, available, capacity, mount point. */
function parseDf(text: string): Usage | undefined {
  const line = text.trim().split('\n').at(-1) ?? '';
  const match = /^\S.*?\s+(\d+)\s+(\d+)\s+(\d+)\s+\S+\s+(\/.*)$/.exec(line);
  return match ? { size: Number(match[1]), available: Number(match[3]), mountedOn: match[4]! } : undefined;
}
