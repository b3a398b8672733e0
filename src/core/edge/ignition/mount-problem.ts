import { withoutSlashAtEnd } from '../text-problems.js';
import type { IgnitionConfig, IgnitionFilesystem, IgnitionPartition, IgnitionUnit } from './config.js';
import { escapeUnitPath } from './unit-name.js';
import { readUnit, settingOf, type UnitSections } from './unit-sections.js';

/** Why a file system is not mounted when the node boots. */
interface MountProblem {
  message: string;
  /** The unit that is wrong, and its field; undefined if there is no unit. */
  unit?: { index: number; field: keyof IgnitionUnit };
}

/**
 * Finds why the units of a configuration do not mount a file system.
 * @param isUnknown true for a value that is filled in later, and can be right
 * @returns undefined if they mount it
 */
export function mountProblem(
  config: IgnitionConfig,
  filesystem: IgnitionFilesystem,
  isUnknown: (value: unknown) => boolean = () => false,
): MountProblem | undefined {
  const { path = '' } = filesystem;
  const units = config.systemd?.units ?? [];
  const name = `${escapeUnitPath(path)}.mount`;
  if (units.some((unit) => isUnknown(unit.name))) return undefined;
  const index = units.findLastIndex((unit) => unit.name === name);
  const unit = units[index];
  if (!unit) return { message: `nothing mounts ${path} when the node boots` };
  const others = units.filter((other) => other.name !== name && startsMount(other, name, path));
  const known = <T extends object>(object: T): Partial<T> =>
    Object.fromEntries(Object.entries(object).filter(([, value]) => !isUnknown(value))) as Partial<T>;
  const partition = known(partitionOf(config, filesystem.device) ?? {});
  const found = unitProblem(unit, { ...known(filesystem), partition }, others.length > 0);
  if (!found || isUnknown(unit[found.field]) || isUnknown(textsOf(unit))) return undefined;
  return { message: `${name} ${found.problem}`, unit: { index, field: found.field } };
}

/** True if another unit requires the mount. Such a unit needs no `[Install]` section in the mount unit. */
function startsMount(unit: IgnitionUnit, name: string, path: string): boolean {
  const text = textsOf(unit).join('\n');
  return unit.name === name.replace(/\.mount$/, '.automount') || text.includes(name) || text.includes(path);
}

/** What is known about the file system, and about its partition. */
interface KnownFilesystem extends Partial<IgnitionFilesystem> {
  partition: Partial<IgnitionPartition>;
}

interface UnitProblem {
  field: keyof IgnitionUnit;
  problem: string;
}

function unitProblem(unit: IgnitionUnit, filesystem: KnownFilesystem, isRequired: boolean): UnitProblem | undefined {
  const problem = (field: keyof IgnitionUnit, text: string): UnitProblem => ({ field, problem: text });
  if (unit.mask) return problem('mask', 'is masked, so that systemd never starts it');
  const texts = textsOf(unit);
  if (texts.length === 0) return problem('name', 'has no contents');
  if (!unit.enabled && !isRequired) return problem('enabled', 'is not enabled, so that nothing starts it at boot');
  const sections = readUnit(texts);
  const installed = ['WantedBy', 'RequiredBy', 'UpheldBy'].some((each) => settingOf(sections, 'Install', each));
  if (!installed && !isRequired)
    return problem('contents', 'has no [Install] section, so that nothing starts it at boot');
  const wrong = settingProblem(sections, filesystem);
  return wrong === undefined ? undefined : problem('contents', wrong);
}

function settingProblem(sections: UnitSections, filesystem: KnownFilesystem): string | undefined {
  const { path, device, format } = filesystem;
  const where = settingOf(sections, 'Mount', 'Where');
  const what = settingOf(sections, 'Mount', 'What');
  const type = settingOf(sections, 'Mount', 'Type');
  if (!where) return 'has no Where=, so that systemd refuses it';
  // A specifier such as %i stands for something else.
  if (path !== undefined && !where.includes('%') && withoutSlashAtEnd(where) !== withoutSlashAtEnd(path))
    return `has Where=${where}, but its name is that of ${path}: systemd refuses it`;
  if (!what) return 'has no What=, so that systemd refuses it';
  if (device !== undefined && !canBeDevice(what, { ...filesystem, device }))
    return `mounts ${what}, but the file system is on ${device}`;
  if (type && format && type !== 'auto' && !type.includes('%') && type !== format)
    return `has Type=${type}, but the format of the file system is ${format}`;
  return undefined;
}

const DISK = '/dev/disk/';
/** The ways to name a device: `LABEL=a` is the same as /dev/disk/by-label/a. */
const TAGS: Record<string, string> = {
  PARTLABEL: 'by-partlabel',
  PARTUUID: 'by-partuuid',
  LABEL: 'by-label',
  UUID: 'by-uuid',
};

/** True if a device is that of the file system, or can be: names of different kinds cannot be compared. */
function canBeDevice(what: string, filesystem: KnownFilesystem & { device: string }): boolean {
  const mounted = deviceOf(what);
  const names = namesOf(filesystem);
  if (what.includes('%') || names.includes(mounted)) return true;
  const { guid } = filesystem.partition;
  // It is often taken for the UUID of the file system, which the partition does not determine.
  if (guid !== undefined && mounted === deviceOf(`UUID=${guid}`)) return false;
  return !names.some((name) => kindOf(name) === kindOf(mounted));
}

/** Lists the names of the device that a file system is on. */
function namesOf({ device, label, uuid, partition }: KnownFilesystem & { device: string }): string[] {
  const tags = {
    LABEL: label,
    UUID: uuid,
    PARTLABEL: partition.label,
    PARTUUID: partition.guid,
  };
  const named = Object.entries(tags).filter(([, value]) => value);
  return [deviceOf(device), ...named.map(([tag, value]) => deviceOf(`${tag}=${value}`))];
}

/** Finds the partition that a device path names, in the same configuration. */
function partitionOf({ storage }: IgnitionConfig, device: string): IgnitionPartition | undefined {
  const partitions = (storage?.disks ?? []).flatMap((disk) => disk.partitions ?? []);
  return partitions.find(({ label, guid }) =>
    [label && `PARTLABEL=${label}`, guid && `PARTUUID=${guid}`].some(
      (name) => name && deviceOf(name) === deviceOf(device),
    ),
  );
}

/** Returns the path of a device; UUIDs in lower case. */
function deviceOf(what: string): string {
  const [, tag = '', value = ''] = /^([A-Z]+)=["']?(.*?)["']?$/.exec(what) ?? [];
  const path = TAGS[tag] === undefined ? what : `${DISK}${TAGS[tag]}/${value}`;
  return /^by-(?:part)?uuid$/.test(kindOf(path)) ? path.toLowerCase() : path;
}

function kindOf(device: string): string {
  return device.startsWith(DISK) ? device.split('/', 4)[3]! : 'device';
}

function textsOf({ contents, dropins = [] }: IgnitionUnit): string[] {
  return [contents, ...dropins.map((dropin) => dropin.contents)].filter(
    (text) => text !== undefined && text !== '',
  ) as string[];
}
