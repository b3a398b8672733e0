/** What an absent field of an entry means, if Ignition's specification states it; by name of the list. */
const DEFAULTS: Record<string, Record<string, unknown>> = {
  disks: { wipeTable: false },
  partitions: {
    number: 0,
    // In lower case, as all GUIDs are compared.
    typeGuid: '0fc63daf-8483-4772-8e79-3d69d8477de4',
    wipePartitionEntry: false,
    shouldExist: true,
    resize: false,
  },
  raid: { spares: 0 },
  filesystems: { wipeFilesystem: false },
  files: { overwrite: false },
  directories: { overwrite: false },
  links: { overwrite: false, hard: false },
  luks: { wipeVolume: false },
};

/** Fields in which an empty string means the same as an absent field. */
const EMPTY_IS_ABSENT = new Set(['guid', 'typeGuid', 'path']);

/**
 * Adds the defaults to an entry of a list.
 * @param entry without nulls
 * @param list name of the list; of any other object: its own name
 * @see https://coreos.github.io/ignition/configuration-v3_2/
 */
export function withDefaults(entry: Record<string, unknown>, list: string): Record<string, unknown> {
  if (!Object.hasOwn(DEFAULTS, list)) return entry;
  const written = Object.entries(entry).filter(([key, value]) => value !== '' || !EMPTY_IS_ABSENT.has(key));
  return { ...DEFAULTS[list], ...extentOf(list, entry), ...Object.fromEntries(written) };
}

/**
 * Returns where a new partition is by default. An absent start or size of a partition with a number leaves the existing
 * partition as it is, but 0 does not.
 */
function extentOf(list: string, { number }: Record<string, unknown>): Record<string, unknown> {
  return list === 'partitions' && !number ? { startMiB: 0, sizeMiB: 0 } : {};
}
