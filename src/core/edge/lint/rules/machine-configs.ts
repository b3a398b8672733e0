import { sameIgnition } from '../../ignition/same.js';
import type { FieldPath } from '../../model.js';
import { labelOf, type EdgeFacts, type StorageFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import { canBeEqual, isUnknown } from '../known.js';
import { error, type Rule } from './rule.js';
import { withoutSlashAtEnd } from '../../text-problems.js';

/** Rules that compare MachineConfigs and the older diskPartition with the other configurations of the same nodes. */
export const machineConfigRules: Rule[] = [differences, olderDifferences];

const FORM_NAMES: Partial<Record<StorageFacts['role'], string>> = {
  machineconfig: 'the MachineConfig',
  diskpartition: 'diskPartition',
};

/** Field with the text of a unit. */
const CONTENTS = 'contents';

/** A partition, a file system or a mount unit, with the fields that must be the same wherever it is defined. */
interface Part {
  name: string;
  fields: Field[];
}

interface Field {
  name: string;
  value: unknown;
  /** Path below `storage`. */
  path: FieldPath;
}

function differences({ storages }: EdgeFacts): Finding[] {
  return storages
    .filter(({ role }) => role === 'machineconfig')
    .flatMap((machine) => {
      const others = storages.filter(
        (other) => other.role !== 'machineconfig' && haveSameNodes(machine, other, storages),
      );
      const findings = (list: PartList) => list(machine).flatMap((part) => difference(machine, part, others, list));
      const disks = findings(partsOf);
      // A unit repeats the values of its file system.
      return disks.length > 0 ? disks : findings(unitsOf);
    });
}

type PartList = (facts: StorageFacts) => Part[];

/** Compares the older diskPartition with the plans; the partitions that both mount at the same path. */
function olderDifferences({ storages }: EdgeFacts): Finding[] {
  const plans = storages.filter(({ role }) => role === 'plan');
  return storages
    .filter(({ role }) => role === 'diskpartition')
    .flatMap((older) => partsByPath(older).flatMap((part) => difference(older, part, plans, partsByPath)));
}

/** Lists the partitions by the paths at which they are mounted: only these are the same in both forms. */
function partsByPath(facts: StorageFacts): Part[] {
  const parts = partsOf({ ...facts, role: 'diskpartition' });
  return (facts.config.storage?.filesystems ?? []).flatMap(({ path, device }) => {
    const part = parts.find(({ name }) => name === `partition ${labelOf(device)}`);
    return part && path ? [{ ...part, name: `partition at ${withoutSlashAtEnd(path)}` }] : [];
  });
}

/** A plan is for all nodes, unless the files have configurations of nodes, which are all of another pool. */
function haveSameNodes(machine: StorageFacts, other: StorageFacts, all: StorageFacts[]): boolean {
  const isSame = ({ pool }: StorageFacts): boolean => machine.pool === undefined || canBeEqual(pool, machine.pool);
  if (other.role !== 'plan') return isSame(other);
  const nodes = all.filter(({ role }) => role === 'override' || role === 'diskpartition');
  return nodes.length === 0 || nodes.some(isSame);
}

/** Compares a part with the same part of the others. One of them must have the same values. */
function difference(machine: StorageFacts, part: Part, others: StorageFacts[], list: PartList): Finding[] {
  const compared = others.flatMap((other) =>
    list(other)
      .filter(({ name }) => name === part.name)
      .map((same) => ({ file: other.at([]).file, different: differentField(part, same) })),
  );
  const [first] = compared;
  if (!first?.different || compared.some(({ different }) => different === undefined)) return [];
  const { field, expected } = first.different;
  const [message, remedy] =
    field.name === CONTENTS
      ? [
          `the ${part.name} differs from that in ${first.file}`,
          'render it again: regadm edge render --butane FILE -o machineconfig',
        ]
      : [
          `${part.name}: ${field.name} is ${textOf(field.value)} in ${FORM_NAMES[machine.role]}, but ${textOf(expected)} in ${first.file}`,
          `set ${field.name}: ${textOf(expected)}, or define the disk in one of the files only`,
        ];
  return [error('override-differs', machine.at(field.path), message, remedy)];
}

function textOf(value: unknown): string {
  return Array.isArray(value) && value.length === 0 ? '[]' : String(value);
}

/** Returns the first field that both parts set, to different values. */
function differentField(part: Part, same: Part): { field: Field; expected: unknown } | undefined {
  for (const field of part.fields) {
    const expected = same.fields.find(({ name }) => name === field.name)?.value;
    const isSame = sameIgnition({ [field.name]: field.value }, { [field.name]: expected }, isUnknown);
    if (field.value !== undefined && expected !== undefined && !isSame) return { field, expected };
  }
  return undefined;
}

/** The fields that Ignition gives a default, and the default. */
const PARTITION_DEFAULTS = { number: 0, wipePartitionEntry: false, resize: false, shouldExist: true } as const;

/** The older diskPartition has only the device, the place of the partition, and the path. */
function partsOf({ config, role }: StorageFacts): Part[] {
  const { disks = [], filesystems = [] } = config.storage ?? {};
  const isComplete = role !== 'diskpartition';
  const orDefault = (value: unknown, byDefault: unknown): unknown => value ?? (isComplete ? byDefault : undefined);
  return [
    ...disks.flatMap(({ device, partitions = [], wipeTable }, disk) =>
      partitions.map((partition, index) => {
        const field = (name: keyof typeof partition, byDefault: unknown): Field => ({
          name,
          value: orDefault(partition[name], byDefault),
          path: ['disks', disk, 'partitions', index, ...(partition[name] === undefined ? [] : [name])],
        });
        return {
          name: `partition ${partition.label ?? `${partition.number} of ${device}`}`,
          fields: [
            { name: 'device', value: device, path: ['disks', disk, 'device'] },
            { name: 'wipeTable', value: orDefault(wipeTable, false), path: ['disks', disk] },
            field('startMiB', 0),
            field('sizeMiB', 0),
            ...Object.entries(PARTITION_DEFAULTS).map(([name, byDefault]) => field(name as 'number', byDefault)),
          ],
        };
      }),
    ),
    ...filesystems.map((filesystem, index) => {
      const { path, device, format, mountOptions, options, wipeFilesystem, label, uuid } = filesystem;
      const values = {
        device,
        format,
        mountOptions: orDefault(mountOptions, []),
        options: orDefault(options, []),
        wipeFilesystem: orDefault(wipeFilesystem, false),
        label,
        uuid,
      };
      return {
        name: `file system ${path === undefined ? `on ${device}` : `at ${withoutSlashAtEnd(path)}`}`,
        fields: Object.entries(values).map(([name, value]) => ({ name, value, path: ['filesystems', index, name] })),
      };
    }),
  ];
}

function unitsOf({ config }: StorageFacts): Part[] {
  return (config.systemd?.units ?? [])
    .filter(({ name, contents }) => name?.endsWith('.mount') && contents)
    .map(({ name, contents }) => ({ name: `unit ${name}`, fields: [{ name: CONTENTS, value: contents, path: [] }] }));
}
