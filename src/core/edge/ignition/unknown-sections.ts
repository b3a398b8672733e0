/** Stands for each value of a section that is filled in as a whole: a list of disks, for example. */
export const UNKNOWN = '{{section}}';

const PARTITION = { label: UNKNOWN };
const DISK = { device: UNKNOWN, partitions: [PARTITION] };
const FILESYSTEM = { device: UNKNOWN, path: UNKNOWN };
const UNIT = { name: UNKNOWN };

/** An item of each section that is a list. */
const ITEMS: Record<string, object> = {
  disks: DISK,
  partitions: PARTITION,
  filesystems: FILESYSTEM,
  units: UNIT,
  dropins: { contents: UNKNOWN },
};

/** The sections that are maps. */
const MAPS: Record<string, object> = {
  ignition: { version: UNKNOWN },
  storage: { disks: [DISK], filesystems: [FILESYSTEM] },
  systemd: { units: [UNIT] },
};

/**
 * Returns what stands for a section that is filled in, as a whole or in one of its items, so that the other sections
 * can be checked; undefined for fields that are not sections.
 * @param name of the section in Ignition
 * @param read reads an item that is known
 */
export function unknownSection(
  name: string,
  value: unknown,
  { isUnknown, read }: { isUnknown(value: unknown): boolean; read(item: unknown): unknown },
): unknown {
  const item = Object.hasOwn(ITEMS, name) ? ITEMS[name] : undefined;
  if (!item) return Object.hasOwn(MAPS, name) ? MAPS[name] : undefined;
  return Array.isArray(value) ? value.map((each) => (isUnknown(each) ? item : read(each))) : [item];
}

/** True for a list with an item that stands for an unknown number of items. */
export function isUnknownSection(value: unknown): boolean {
  return Array.isArray(value) && value.some((item) => Object.values((item ?? {}) as object).includes(UNKNOWN));
}
