import { sameIgnition } from '../../ignition/same.js';
import type { FieldPath } from '../../model.js';
import type { EdgeFacts, StorageFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import { canBeEqual, isUnknown } from '../known.js';
import { error, type Rule } from './rule.js';
import { withoutSlashAtEnd } from '../../text-problems.js';

/** Rules that compare MachineConfigs with the other configurations of the same nodes. */
export const machineConfigRules: Rule[] = [differences];

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
          `${part.name}: ${field.name} is ${String(field.value)} in the MachineConfig, but ${String(expected)} in ${first.file}`,
          `set ${field.name}: ${String(expected)}, or define the disk in one of the files only`,
        ];
  return [error('override-differs', machine.at(field.path), message, remedy)];
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

function partsOf({ config }: StorageFacts): Part[] {
  const { disks = [], filesystems = [] } = config.storage ?? {};
  return [
    ...disks.flatMap(({ device, partitions = [] }, disk) =>
      partitions.map((partition, index) => ({
        name: `partition ${partition.label ?? `${partition.number} of ${device}`}`,
        fields: [
          { name: 'device', value: device, path: ['disks', disk, 'device'] },
          ...(['startMiB', 'sizeMiB'] as const).map((name) => ({
            name,
            value: partition[name] ?? 0,
            path: ['disks', disk, 'partitions', index, ...(partition[name] === undefined ? [] : [name])],
          })),
        ],
      })),
    ),
    ...filesystems.map(({ path, device, format, mountOptions }, index) => ({
      name: `file system ${path === undefined ? `on ${device}` : `at ${withoutSlashAtEnd(path)}`}`,
      fields: [
        { name: 'device', value: device, path: ['filesystems', index, 'device'] },
        { name: 'format', value: format, path: ['filesystems', index, 'format'] },
        { name: 'mountOptions', value: mountOptions, path: ['filesystems', index, 'mountOptions'] },
      ],
    })),
  ];
}

function unitsOf({ config }: StorageFacts): Part[] {
  return (config.systemd?.units ?? [])
    .filter(({ name, contents }) => name?.endsWith('.mount') && contents)
    .map(({ name, contents }) => ({ name: `unit ${name}`, fields: [{ name: CONTENTS, value: contents, path: [] }] }));
}
