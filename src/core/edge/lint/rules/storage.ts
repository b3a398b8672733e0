import { MIN_START_MIB, isPersistentName } from '../../render/warnings.js';
import { sameIgnition } from '../../ignition/same.js';
import { mountProblem } from '../../ignition/mount-problem.js';
import { isUnknownSection } from '../../ignition/unknown-sections.js';
import { labelOf, partitionOf, type EdgeFacts, type StorageFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import { isFilledIn, isUnknown } from '../known.js';
import { registryMounts, type RegistryMounts } from '../registry-mounts.js';
import { UNKNOWN_CONFIG } from '../storage-part.js';
import { filledIn } from './filled-in.js';
import { error, warning, type Rule } from './rule.js';

/** Rules that check each disk configuration, and compare plans with the configurations of the nodes. */
export const storageRules: Rule[] = [
  (facts, registry) => facts.storages.flatMap((each) => deviceNames(each, registryMounts(facts, registry))),
  (facts, registry) => facts.storages.flatMap((each) => partitionStarts(each, registryMounts(facts, registry))),
  (facts, registry) => facts.storages.flatMap((each) => mountUnits(each, facts, registryMounts(facts, registry))),
  (facts, registry) => facts.storages.flatMap((each) => partitionLabels(each, registryMounts(facts, registry))),
  ({ storages }) => storages.flatMap(unknownValues),
  ({ storages }) => overrideDifferences(storages),
];

/** The disks of other applications only cause warnings. */
function deviceNames({ config, at }: StorageFacts, { isRegistryDisk }: RegistryMounts): Finding[] {
  return (config.storage?.disks ?? []).flatMap((disk, index) =>
    isPersistentName(disk.device) || isFilledIn(disk.device)
      ? []
      : [
          (isRegistryDisk(disk) ? error : warning)(
            'device-name',
            at(['disks', index, 'device']),
            `${disk.device} can be another disk after the next boot`,
            'use the disk name in /dev/disk/by-path/ or /dev/disk/by-id/',
          ),
        ],
  );
}

function partitionStarts({ config, at }: StorageFacts, { isRegistryLabel }: RegistryMounts): Finding[] {
  return (config.storage?.disks ?? []).flatMap(({ partitions = [] }, disk) =>
    partitions.flatMap(({ label, startMiB }, index) =>
      startMiB && startMiB < MIN_START_MIB && isRegistryLabel(label)
        ? [
            warning(
              'partition-start',
              at(['disks', disk, 'partitions', index, 'startMiB']),
              `the partition starts at ${startMiB} MiB, which leaves too little for the system if it is on the same disk`,
              `start it at ${MIN_START_MIB} MiB or later`,
            ),
          ]
        : [],
    ),
  );
}

function mountUnits(
  { config, role, at, atUnit }: StorageFacts,
  { storages }: EdgeFacts,
  { isRegistryPath }: RegistryMounts,
): Finding[] {
  // The unit can be in another MachineConfig of the pool.
  const configs = role === 'machineconfig' ? storages.filter((each) => each.role === role) : [{ config }];
  return (config.storage?.filesystems ?? []).flatMap((filesystem, index) => {
    // The site generator writes the units of the older diskPartition.
    if (role === 'diskpartition' || !isRegistryPath(filesystem.path)) return [];
    const own = mountProblem(config, filesystem, isUnknown);
    if (!own || configs.some((each) => !mountProblem(each.config, filesystem, isUnknown))) return [];
    const place = own.unit && atUnit?.([own.unit.index, own.unit.field]);
    const remedy = own.unit
      ? 'write the unit as edge render does: regadm edge render --butane FILE -o ignition'
      : 'set with_mount_unit: true in the Butane file, and render the other files again';
    return [error('mount-unit', place ?? at(['filesystems', index, 'path']), own.message, remedy)];
  });
}

function partitionLabels({ config, at }: StorageFacts, { isRegistryPath }: RegistryMounts): Finding[] {
  const labels = (config.storage?.disks ?? []).flatMap(({ partitions = [] }) => partitions.map(({ label }) => label));
  return (config.storage?.filesystems ?? []).flatMap(({ device, path }, index) => {
    const label = labelOf(device);
    if (label === undefined || partitionOf(config, device) || [label, ...labels].some(isFilledIn)) return [];
    if (!isRegistryPath(path)) return [];
    return [
      error(
        'partition-label',
        at(['filesystems', index, 'device']),
        `no partition has the label ${label}`,
        'use the label of the partition in the device of the file system: /dev/disk/by-partlabel/LABEL',
      ),
    ];
  });
}

/** Finds what the hub fills in, in the fields that rules compare. */
function unknownValues({ config, at }: StorageFacts): Finding[] {
  const { disks = [], filesystems = [] } = config.storage ?? {};
  const found = [
    ...disks.flatMap(({ device, partitions = [] }, disk) => [
      { value: device, path: ['disks', disk, 'device'] },
      ...partitions.flatMap((partition, index) =>
        (['label', 'number', 'startMiB', 'sizeMiB'] as const).map((field) => ({
          value: partition[field],
          path: ['disks', disk, 'partitions', index, field],
        })),
      ),
    ]),
    ...filesystems.flatMap((filesystem, index) =>
      (['device', 'path', 'format', 'mountOptions'] as const).map((field) => ({
        value: filesystem[field],
        path: ['filesystems', index, field],
      })),
    ),
    ...(config.systemd?.units ?? []).map((unit) => ({ value: Object.values(unit), path: [] })),
  ].find(({ value }) => isUnknown(value));
  return found ? [filledIn(at(found.path))] : [];
}

/**
 * Compares the configurations of the nodes with the plans; without a plan, there is nothing to compare. The site
 * generator renders the older diskPartition itself.
 */
function overrideDifferences(storages: StorageFacts[]): Finding[] {
  const plans = storages.filter(({ role }) => role === 'plan');
  const overrides = storages.filter(({ role }) => role === 'override');
  if (plans.length === 0) return [];
  return overrides
    .filter(({ config }) => !plans.some((plan) => canBeSame(plan, config)))
    .map(({ at }) =>
      error(
        'override-differs',
        at([]),
        `ignitionConfigOverride differs from ${plans.map((plan) => plan.at([]).file).join(', ')}`,
        'render it again: regadm edge render --butane FILE -o siteconfig (or clusterinstance)',
      ),
    );
}

function canBeSame(plan: StorageFacts, config: StorageFacts['config']): boolean {
  if (plan.config === UNKNOWN_CONFIG || config === UNKNOWN_CONFIG) return true;
  return sameIgnition(
    plan.config,
    config,
    (value) => isUnknown(value) || isUnknownSection(value) || isFilledInUnit(value),
  );
}

/** True for the name of the mount unit of a path that is filled in: `\\x7b` is a brace. */
function isFilledInUnit(value: unknown): boolean {
  return typeof value === 'string' && value.includes(String.raw`\x7b\x7b`);
}
